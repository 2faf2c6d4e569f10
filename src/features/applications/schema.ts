// Inputs and replies of the registry. One schema serves the form and the API.
import { z } from "zod";
import { GroupScope, OwnGroupScope } from "#features/federation/index.ts";
import { descriptionFields, logoutFields, oneSource } from "#features/peer-metadata/index.ts";
import { OwnStrength, Strength } from "#features/policy/index.ts";
import { signingKeyOf } from "#features/signing-keys/index.ts";
import { checkbox, many, optionalText, pageOf, Paging } from "#platform/http/input.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { type SentKey, sentKeys } from "./attributes.ts";
import { nameMaxLength, Requested } from "./requested.ts";
import { ApplicationId, GroupId, SamlKeyId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Name = z
  .string({ error: () => texts.nameMissing })
  .trim()
  .min(1, { error: () => texts.nameMissing })
  .max(255, { error: () => texts.nameTooLong });
const Description = z
  .string()
  .trim()
  .max(2_000, { error: () => texts.descriptionTooLong });

export const NameIdFormat = z.enum([
  nameIdFormats.emailAddress,
  nameIdFormats.persistent,
  nameIdFormats.transient,
]);
export type NameIdFormat = z.infer<typeof NameIdFormat>;

export const AcsEndpoint = z.object({
  url: z.string(),
  index: z.number().int(),
  isDefault: z.boolean(),
  binding: z.string(),
});
export type AcsEndpoint = z.infer<typeof AcsEndpoint>;

const source = oneSource({
  byHand: { acsUrl: texts.acsMissing },
  address: "acsUrl",
  problem: texts.oneSource,
  mayBeNone: false,
});

const whatever = {
  when: ({ value }: { value: unknown }) =>
    typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Where the description of the application comes from: exactly one of the three. A form's `source` says which box counts. */
export const NewApplication = z
  .object({
    kind: z.literal("saml").default("saml"),
    name: Name,
    description: Description.default(""),
    ...descriptionFields,
    acsUrl: optionalText(2_048),
    availableToAll: checkbox(),
  })
  // Asked also where another field is wrong, so that everything that is missing is told at once.
  .superRefine(source.check, whatever)
  .transform(source.only);
export type NewApplication = z.infer<typeof NewApplication>;

/** What may be changed; what is left out stays. */
export const ApplicationChanges = z.object({
  name: Name.optional(),
  description: Description.optional(),
  nameIdFormat: NameIdFormat.optional(),
  availableToAll: z.preprocess(
    (v) => (v === "true" ? true : v === "false" ? false : v),
    z.boolean().optional(),
  ),
  strength: OwnStrength.optional(),
  groupScope: OwnGroupScope.optional(),
  ...logoutFields,
});
export type ApplicationChanges = z.infer<typeof ApplicationChanges>;

/** New metadata: pasted, or fetched again from the address that is known. */
export const NewMetadata = z.object({ metadataXml: descriptionFields.metadataXml });

export const ApplicationParams = z.object({ applicationId: ApplicationId });
export const KeyParams = z.object({ applicationId: ApplicationId, keyId: SamlKeyId });
export const GrantParams = z.object({ applicationId: ApplicationId, groupId: GroupId });
/** One group as a form names it, or several at once. */
export const NewGrants = z
  .object({ groupIds: many(GroupId).default([]), groupId: GroupId.optional() })
  .refine(({ groupIds, groupId }) => groupIds.length > 0 || groupId !== undefined, {
    path: ["groupId"],
    error: () => texts.choose,
  });
export const ApplicationFilter = Paging.extend({ q: z.string().trim().max(200).default("") });
export type ApplicationFilter = z.infer<typeof ApplicationFilter>;

export const ApplicationSummary = z.object({
  id: ApplicationId,
  kind: z.literal("saml"),
  name: z.string(),
  description: z.string(),
  isEnabled: z.boolean(),
  availableToAll: z.boolean(),
  /** What a sign-in must be worth to get in; null: what the tenant asks is enough. */
  strength: Strength.nullable(),
  groupCount: z.number().int(),
  createdAt: z.date(),
});
export type ApplicationSummary = z.infer<typeof ApplicationSummary>;
export const ApplicationList = pageOf(ApplicationSummary);

/** `entityId`, `metadataUrl`, `ssoUrl` and `sloUrl` are ours, for the other side to enter; `serviceProvider` is what it told us. */
export const Application = ApplicationSummary.extend({
  /** Which of a person's groups it is told of; null: as the organisation says. */
  groupScope: GroupScope.nullable(),
  /** What holds for it. */
  groupsSent: GroupScope,
  entityId: z.string(),
  metadataUrl: z.string(),
  ssoUrl: z.string(),
  sloUrl: z.string(),
  setupUrl: z.string(),
  serviceProvider: z.object({
    entityId: z.string(),
    acs: z.array(AcsEndpoint),
    signingCertificates: z.array(z.string()),
    signsRequests: z.boolean(),
    nameIdFormat: NameIdFormat,
    /** Where it is told that a session has ended, by HTTP-Redirect where it takes that; empty: it takes no part. */
    slo: z.array(LogoutEndpoint),
    metadataUrl: z.string().nullable(),
    updatedAt: z.date(),
  }),
});
export type Application = z.infer<typeof Application>;

export const SigningKey = signingKeyOf(SamlKeyId);
export type SigningKey = z.infer<typeof SigningKey>;
export const SigningKeyList = z.object({ items: z.array(SigningKey) });

const SentKeyName = z.enum(sentKeys);

/** One fact about people that an application could be sent. */
export const SentChoice = z.object({
  key: SentKeyName,
  label: z.string(),
  /** Chosen for this application. */
  isSent: z.boolean(),
  /** The name under which it is sent, or would be. */
  name: z.string(),
  /** The organisation lets applications have it; else it is not sent even where it is chosen. */
  isAllowed: z.boolean(),
  /** Sent also where nobody but the person said it; null: no question of this fact. */
  isUnconfirmedToo: z.boolean().nullable(),
  /** As the application's metadata asks for it. */
  requested: z.object({ name: z.string(), isRequired: z.boolean() }).nullable(),
});
export type SentChoice = z.infer<typeof SentChoice>;
export const SentChoices = z.object({
  items: z.array(SentChoice),
  /** What the metadata asks for and nothing here is. */
  unknown: z.array(Requested),
});
export type SentChoices = z.infer<typeof SentChoices>;

const SentName = z
  .string({ error: () => texts.sentNameMissing })
  .trim()
  .min(1, { error: () => texts.sentNameMissing })
  .max(nameMaxLength, { error: () => texts.sentNameTooLong })
  .regex(/^[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]*$/u, {
    error: () => texts.sentNameUnprintable,
  });

/** The field of a form that holds the name of a fact, and the box that says that it is sent. */
export const sentNameField = (key: SentKey): string => `attributes.${key}`;
export const sentBoxField = (key: SentKey): string => `sent.${key}`;

const NewNames = z
  .object({
    /** Fact → name; what is left out is not sent. */
    attributes: z.partialRecord(SentKeyName, SentName, {
      error: ({ code }) => (code === "invalid_type" ? texts.sentMissing : undefined),
    }),
  })
  .superRefine(({ attributes }, context) => {
    const taken = new Set<string>();
    for (const key of sentKeys) {
      const name = attributes[key];
      if (name === undefined) continue;
      if (taken.has(name))
        context.addIssue({
          code: "custom",
          path: ["attributes", key],
          message: texts.sentNameTwice,
        });
      taken.add(name);
    }
  });
/** Everything that an application is sent. A form says by `form` that it is one: its boxes choose, and a name alone does not. */
export const NewSentNames = z.preprocess(readSentForm, NewNames);
export type NewSentNames = z.infer<typeof NewSentNames>;

function readSentForm(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || !("form" in raw)) return raw;
  const typed = raw as Readonly<Record<string, unknown>>;
  const chosen = sentKeys.filter((key) => typed[sentBoxField(key)] === "on");
  return { attributes: Object.fromEntries(chosen.map((key) => [key, typed[sentNameField(key)]])) };
}

export const Grant = z.object({
  groupId: GroupId,
  name: z.string(),
  memberCount: z.number().int(),
  grantedAt: z.date(),
});
export type Grant = z.infer<typeof Grant>;
export const GrantList = pageOf(Grant);
export const GrantPaging = Paging;
