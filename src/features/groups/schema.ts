// Groups and memberships as forms, lists and the API say them.
import { z } from "zod";
import { OwnStrength, Strength } from "#features/policy/index.ts";
import { SearchWords, UserState } from "#features/users/index.ts";
import { many, pageOf, Paging } from "#platform/http/input.ts";
import { ApplicationId, GroupId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

// Control characters would break a list of group names, direction marks would make one name look like another.
const printable = /^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u;

export const GroupName = z
  .string({ error: () => texts.nameMissing })
  .normalize("NFC")
  .trim()
  .min(1, { error: () => texts.nameMissing })
  .max(200, { error: () => texts.nameTooLong })
  .regex(printable, { error: () => texts.nameUnprintable });

const Description = z
  .string()
  .trim()
  .max(2000, { error: () => texts.descriptionTooLong });

export const NewGroup = z.object({ name: GroupName, description: Description.default("") });
export type NewGroup = z.infer<typeof NewGroup>;

/** What is absent stays as it is. */
export const GroupChanges = z
  .object({
    name: GroupName,
    description: Description,
    strength: OwnStrength,
    /** That members who have nothing yet that is enough are asked all the same. */
    confirmed: z.preprocess(
      (value) => (value === "on" || value === "true" ? true : value),
      z.boolean({ error: () => texts.yesOrNo }),
    ),
  })
  .partial()
  .refine((changes) => Object.keys(changes).some((key) => key !== "confirmed"), {
    error: () => texts.nothingToChange,
  });
export type GroupChanges = z.infer<typeof GroupChanges>;

export const GroupFilter = Paging.extend({
  q: z
    .string()
    .trim()
    .max(200, { error: () => texts.searchTooLong })
    .default(""),
});
export type GroupFilter = z.infer<typeof GroupFilter>;

export const MemberFilter = Paging.extend({ q: SearchWords });
export type MemberFilter = z.infer<typeof MemberFilter>;

export const GroupParams = z.object({ groupId: GroupId });
export type GroupParams = z.infer<typeof GroupParams>;
export const MemberParams = z.object({ groupId: GroupId, userId: UserId });
export type MemberParams = z.infer<typeof MemberParams>;

export const Group = z.object({
  id: GroupId,
  name: z.string(),
  description: z.string(),
  /** What is asked of members as second step; null: as the tenant asks. The strictest of a person's groups counts. */
  strength: Strength.nullable(),
  memberCount: z.number().int(),
  /** The identity provider that made it for one of its own groups; null: people made it. */
  managedBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type Group = z.infer<typeof Group>;

export const GroupList = pageOf(Group);
export type GroupList = z.infer<typeof GroupList>;

export const Member = z.object({
  id: UserId,
  firstName: z.string(),
  lastName: z.string(),
  /** The primary address. */
  email: z.string(),
  state: UserState,
  addedAt: z.iso.datetime(),
  /** Whether people gave the membership; then people take their part of it back. */
  byHand: z.boolean(),
  /** Names of the identity providers that give the membership, too: they alone take theirs away. */
  givenBy: z.array(z.string()),
});
export type Member = z.infer<typeof Member>;

export const MemberList = pageOf(Member);
export type MemberList = z.infer<typeof MemberList>;

/** How many applications a group's page names. */
export const applicationsShownMost = 20;

export const GroupDetail = Group.extend({
  /** Applications that members open through this group; those open to everybody are not counted. */
  applicationCount: z.number().int(),
  /** At most 20 of them, by name. */
  applications: z.array(z.object({ id: ApplicationId, name: z.string() })),
  /** The first members, or those that the query asks for. */
  members: MemberList,
  /**
   * Whether it asks its members for more at sign-in than everybody is asked for. Then super administrators alone take people out,
   * or delete it, and with fresh proof.
   */
  asksMore: z.boolean(),
});
export type GroupDetail = z.infer<typeof GroupDetail>;

export const addedMost = 100;

/** One id or several, so that a form with one box ticked and a script with a list agree. */
export const AddMembers = z.object({
  userIds: many(UserId)
    .refine((ids) => ids.length > 0, { error: () => texts.nobodyChosen })
    .refine((ids) => ids.length <= addedMost, { error: () => texts.tooManyChosen }),
});

/** Who was added; people who were in the group already are left out. */
export const Added = z.object({ groupId: GroupId, added: z.array(UserId) });
export type Added = z.infer<typeof Added>;

/** `stillGivenBy`: identity providers that give the membership, too, so that the person stays in the group. */
export const Removed = z.object({
  groupId: GroupId,
  userId: UserId,
  stillGivenBy: z.array(z.string()),
});
export type Removed = z.infer<typeof Removed>;

/** People who could be added. `hasMore`: there are further ones. */
export interface Candidates {
  readonly people: readonly { id: UserId; name: string; email: string }[];
  readonly hasMore: boolean;
}
