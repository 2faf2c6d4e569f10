// Limits that are reached now, as a list and the API tell them.
import { z } from "zod";
import { pageOf, Paging } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Key = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const Name = z.string().regex(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/);

export const LimitParams = z.object({ limitName: Name, limitKey: Key });
export type LimitParams = z.infer<typeof LimitParams>;
export const PersonParams = z.object({ userId: UserId });

/** Whose limits are to be released. */
export interface Person {
  readonly userId: UserId;
  readonly name: string;
}

export const LimitFilter = Paging.extend({
  q: z
    .string()
    .trim()
    .max(200, { error: () => texts.searchTooLong })
    .default(""),
});
export type LimitFilter = z.infer<typeof LimitFilter>;

export const ReachedLimit = z.object({
  /** Such as `sign_in.password_account`. */
  name: Name,
  /** The counter, for releasing it. */
  key: Key,
  /** What it says, in a sentence. */
  says: z.string(),
  /** Whom or what it stops, in words: an address, a network. */
  about: z.string(),
  /** Null for one that was reached before this was written down. */
  since: z.iso.datetime().nullable(),
  /** When one more try is let through, if none is made until then. */
  until: z.iso.datetime(),
});
export type ReachedLimit = z.infer<typeof ReachedLimit>;

export const ReachedLimitList = pageOf(ReachedLimit);
export type ReachedLimitList = z.infer<typeof ReachedLimitList>;
