// Limits that are reached now, as a list and the API tell them.
import { z } from "zod";
import { pageOf, Paging } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Name = z.string().regex(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/);
/** Its name and its counter: `sign_in.password_account~<SHA-256, base64url>`. */
const LimitId = z.string().regex(/^[a-z0-9_.]+~[A-Za-z0-9_-]{43}$/);

export const LimitParams = z.object({ limitId: LimitId });
export type LimitParams = z.infer<typeof LimitParams>;

export const limitId = (name: string, key: Buffer): string =>
  `${name}~${key.toString("base64url")}`;

/** What a limit's id stands for. */
export function readLimitId(id: string): { name: string; key: Buffer } {
  const [name = "", key = ""] = id.split("~");
  return { name, key: Buffer.from(key, "base64url") };
}

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
  id: LimitId,
  /** Such as `sign_in.password_account`. */
  name: Name,
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
