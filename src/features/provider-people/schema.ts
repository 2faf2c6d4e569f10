// How people come in by identity providers, and the groups that those give, as forms, lists and the API say it.
import { z } from "zod";
import { AttributeKey } from "#features/attributes/index.ts";
import { GroupName } from "#features/groups/index.ts";
import { SearchWords, UserState } from "#features/users/index.ts";
import { checkbox, pageOf, Paging } from "#platform/http/input.ts";
import { GroupId, IdentityProviderId, ProviderGroupId, UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

const blankToNull = (value: unknown) =>
  typeof value === "string" && value.trim() === "" ? null : value;

export const ProviderParams = z.object({ providerId: IdentityProviderId });
export const PersonParams = ProviderParams.extend({ userId: UserId });
export const UserParams = z.object({ userId: UserId });
export const MappingParams = ProviderParams.extend({ providerGroupId: ProviderGroupId });

export const PeopleFilter = Paging.extend({ q: SearchWords });
export type PeopleFilter = z.infer<typeof PeopleFilter>;
export const Search = z.object({ q: SearchWords });

/** Somebody who comes by the provider; `subject` null: they were sent to it and have not come yet. */
export const ProviderPerson = z.object({
  userId: UserId,
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  state: UserState,
  /** As the provider names them. */
  subject: z.string().nullable(),
  linkedAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  /** When an administrator sent them to it; null: they came by themselves. */
  assignedAt: z.date().nullable(),
});
export type ProviderPerson = z.infer<typeof ProviderPerson>;
export const ProviderPeople = pageOf(ProviderPerson);

/** A provider to be sent to; a form sends an empty choice where it is not asked. */
const Chosen = z.preprocess(
  (value) => (value === "" ? undefined : value),
  IdentityProviderId.optional(),
);

const needsProvider = (
  { way, identityProviderId }: { way: string; identityProviderId?: IdentityProviderId | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if (way === "provider" && identityProviderId === undefined)
    context.addIssue({
      code: "custom",
      path: ["identityProviderId"],
      message: texts.providerMissing,
    });
};

const way = <T extends string>(ways: readonly [T, ...T[]]) =>
  z.enum(ways, { error: () => texts.wayMissing });

/** What the provider that they leave put on their profile stays there; else it goes, as far as it is what it said last. */
const keepsAttributes = checkbox();

/** How a person is to come in: by one provider alone, or with what they have here. */
export const Decision = z
  .object({
    way: way(["provider", "password"]),
    identityProviderId: Chosen,
    keepsAttributes,
  })
  .superRefine(needsProvider);
export type Decision = z.infer<typeof Decision>;
export const DecisionQuery = z.object({
  identityProviderId: IdentityProviderId.optional().catch(undefined),
});

/** What becomes of somebody who is taken away from a provider. `again`: they come by it anew, as whomever it says then. */
export const Removal = z
  .object({
    way: way(["password", "provider", "again", "deactivation"]),
    identityProviderId: Chosen,
    keepsAttributes,
  })
  .superRefine(needsProvider);
export type Removal = z.infer<typeof Removal>;

const ProviderName = z.object({
  id: IdentityProviderId,
  name: z.string(),
  state: z.enum(["draft", "enabled", "disabled"]),
});

export const PersonWays = z.object({
  userId: UserId,
  name: z.string(),
  role: Role,
  state: UserState,
  hasPassword: z.boolean(),
  /** One that is not suspended. */
  hasPasskey: z.boolean(),
  /** The providers that have brought them in. */
  links: z.array(
    ProviderName.extend({ subject: z.string(), linkedAt: z.date(), lastUsedAt: z.date() }),
  ),
  /** What an administrator said: `provider` null, that they come in with what they have here. Null: nothing, their address decides. */
  word: z.object({ provider: ProviderName.nullable(), assignedAt: z.date() }).nullable(),
  /** Sent to a provider that has not brought them in yet. */
  isWaiting: z.boolean(),
});
export type PersonWays = z.infer<typeof PersonWays>;

/** What a provider said of somebody last, by sign-ins, of the attributes that are in use. */
export const ProviderValues = z.object({
  items: z.array(
    z.object({
      identityProvider: z.object({ id: IdentityProviderId, name: z.string() }),
      key: AttributeKey,
      value: z.string(),
      saidAt: z.date(),
      /** It is the value in force, by this provider's word. */
      isInForce: z.boolean(),
    }),
  ),
});

const ClaimName = z.preprocess(
  blankToNull,
  z
    .string()
    .trim()
    .max(255, { error: () => texts.claimTooLong })
    .nullable(),
);
const yesNo = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean({ error: () => texts.yesOrNo }),
);

/** All of it is set: what is left out is none. */
export const GroupSettings = z
  .object({
    /** Everybody who comes by the provider is in it. */
    baseGroupId: z.preprocess(blankToNull, GroupId.nullable()).default(null),
    /** Makes the base group. */
    newBaseGroup: z.preprocess(blankToNull, GroupName.nullable()).default(null),
    groupsAttribute: ClaimName.default(null),
    groupsUnsaid: z.enum(["keep", "remove"], { error: () => texts.unsaidWrong }).default("keep"),
    createsGroups: yesNo.default(false),
  })
  .superRefine((input, context) => {
    const because = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const hasBase = input.baseGroupId !== null || input.newBaseGroup !== null;
    if (input.baseGroupId !== null && input.newBaseGroup !== null)
      because("newBaseGroup", texts.oneBase);
    if (input.createsGroups && !hasBase) because("createsGroups", texts.baseMissing);
    if (input.createsGroups && input.groupsAttribute === null)
      because("groupsAttribute", texts.claimMissing);
  });
export type GroupSettings = z.infer<typeof GroupSettings>;

export const NewMapping = z
  .object({
    value: z
      .string({ error: () => texts.valueMissing })
      .normalize("NFC")
      .trim()
      .min(1, { error: () => texts.valueMissing })
      .max(200, { error: () => texts.valueTooLong })
      .regex(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u, { error: () => texts.valueUnprintable }),
    groupId: z.preprocess(blankToNull, GroupId.nullable()).default(null),
    newGroup: z.preprocess(blankToNull, GroupName.nullable()).default(null),
  })
  .superRefine(({ groupId, newGroup }, context) => {
    const because = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (groupId === null && newGroup === null) because("groupId", texts.groupMissing);
    if (groupId !== null && newGroup !== null) because("newGroup", texts.oneGroup);
  });
export type NewMapping = z.infer<typeof NewMapping>;

const GroupNamed = z.object({ id: GroupId, name: z.string() });
export const Mapping = z.object({
  id: ProviderGroupId,
  value: z.string(),
  group: GroupNamed,
  /** Made for the value, as it came. */
  isCreated: z.boolean(),
  /** People who have the group from this provider. */
  peopleCount: z.number().int(),
});
export type Mapping = z.infer<typeof Mapping>;
export const MappingList = pageOf(Mapping);
export const MappingFilter = Paging.extend({ q: z.string().trim().max(200).default("") });
export type MappingFilter = z.infer<typeof MappingFilter>;

export const ProviderGroups = z.object({
  baseGroup: GroupNamed.nullable(),
  groupsAttribute: z.string().nullable(),
  /** What becomes of what it gave when the claim is absent. */
  groupsUnsaid: z.enum(["keep", "remove"]),
  /** A group is made for each value that stands for none. */
  createsGroups: z.boolean(),
  mappings: MappingList,
});
export type ProviderGroups = z.infer<typeof ProviderGroups>;
export const Gone = z.object({});
