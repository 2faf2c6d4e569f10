// Attributes of a person, and people who lack some, as pages and scripts say them.
import { z } from "zod";
import {
  AttributeChanges,
  AttributeChangesInput,
  AttributeKey,
  PersonAttribute,
} from "#features/attributes/index.ts";
import { SearchWords } from "#features/users/index.ts";
import { checkbox, many, pageOf, Paging } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

export const PersonParams = z.object({ userId: UserId });
export type PersonParams = z.infer<typeof PersonParams>;

export { AttributeChangesInput };

export const PersonAttributes = z.object({
  user: z.object({ id: UserId, name: z.string() }),
  /** Those in use, in the order in which pages show them. */
  attributes: z.array(PersonAttribute),
  /** Whether the caller may change them. */
  mayEdit: z.boolean(),
  /** Since when the person is led to their profile until it is complete. */
  askedAt: z.iso.datetime().nullable(),
  /** Whether they could be asked to: something is missing, and all of it is theirs to fill in. */
  mayBeAsked: z.boolean(),
});
export type PersonAttributes = z.infer<typeof PersonAttributes>;

/** Where a person goes on to when their profile is complete; what is no path of this site is left out when it is read. */
const goal = z.string().max(2_048).optional().catch(undefined);
export const CompletionGoal = z.object({ return_to: goal });
export const CompletionInput = AttributeChanges.extend({ return_to: goal });

export const LackFilter = Paging.extend({
  q: SearchWords,
  /** `own`: all that they lack is theirs to fill in; `kept`: some is not; `asked`: they are asked already. */
  only: z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.enum(["own", "kept", "asked"], { error: () => texts.onlyWrong }).optional(),
  ),
});
export type LackFilter = z.infer<typeof LackFilter>;

export const Lacking = z.object({
  id: UserId,
  name: z.string(),
  /** The primary address. */
  email: z.string(),
  role: Role,
  state: z.enum(["invited", "active"]),
  /** `isLocked`: administrators and providers keep it. */
  missing: z.array(z.object({ key: AttributeKey, isLocked: z.boolean() })),
  askedAt: z.iso.datetime().nullable(),
  /** Whether the caller may ask them: all of it is theirs to fill in, and their role is no higher. */
  mayBeAsked: z.boolean(),
});
export type Lacking = z.infer<typeof Lacking>;

export const LackingList = pageOf(Lacking);
export type LackingList = z.infer<typeof LackingList>;

/** Some people, or everybody who may be asked. */
export const Asking = z
  .object({
    userIds: many(z.uuid({ error: () => texts.nobodyChosen }).pipe(UserId)).default([]),
    everyone: checkbox(),
  })
  .superRefine(({ userIds, everyone }, context) => {
    if (everyone) return;
    if (userIds.length === 0)
      context.addIssue({ code: "custom", path: ["userIds"], message: texts.nobodyChosen });
    if (userIds.length > 200)
      context.addIssue({ code: "custom", path: ["userIds"], message: texts.tooManyChosen });
  });
export type Asking = z.infer<typeof Asking>;

export const Asked = z.object({
  /** How many are asked from now on. */
  asked: z.int(),
  /** How many of those who were named are not: they lack nothing, or something that is not theirs to fill in, or are asked already. */
  passedOver: z.int(),
});
export type Asked = z.infer<typeof Asked>;

export const TakenBack = z.object({ takenBack: z.int() });
export type TakenBack = z.infer<typeof TakenBack>;
