// Somebody deactivated who proved who they are may ask to be let in again (features/recovery): with a link that can do no more.
import { issueLink, linkPath } from "#features/one-time-links/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** The path of a new link to the page that asks. */
export async function askLink(
  db: TenantDb,
  asking: { readonly userId: UserId; readonly email: string; readonly now: Date },
): Promise<string> {
  return linkPath("reactivation", await issueLink(db, { ...asking, purpose: "reactivation" }));
}
