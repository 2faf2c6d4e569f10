// Telling every super administrator that a domain is proved, in the transaction that does it: an administrator is enough to prove one. And that
// its record is gone.
import { activeSuperAdmins } from "#features/notices/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import { formatTime } from "#platform/ui/index.ts";
import type { Actor } from "#src/actor.ts";
import type { OrganisationDomainId } from "#src/ids.ts";
import { recordName, recordValue } from "./challenge.ts";
import { domainProvedMail, recordMissingMail } from "./emails.tsx";
import type { DomainProof } from "./schema.ts";
import { texts } from "./texts.ts";

interface News {
  readonly domainId: OrganisationDomainId;
  readonly domain: string;
  readonly how: DomainProof;
}

/** Mails every active super administrator who proved which domain, how, and what it does from now on. */
export async function tellProved(
  db: TenantDb,
  { post, actor }: { post: Post; actor: Actor },
  news: News,
): Promise<void> {
  const who = await nameOf(db, actor);
  for (const { userId, email, firstName } of await activeSuperAdmins(db))
    await queueMail(db, post, domainProvedMail, { email, userId }, { firstName, who, ...news });
}

/** Mails every active super administrator since when the record is not found, and what it says. */
export async function tellMissing(
  db: TenantDb,
  post: Post,
  {
    domainId,
    domain,
    token,
    since,
  }: Pick<News, "domainId" | "domain"> & { readonly token: string; readonly since: Date },
): Promise<void> {
  const said = {
    domainId,
    domain,
    since: formatTime(since, "UTC", "date"),
    recordName: recordName(domain),
    recordValue: recordValue(token),
  };
  for (const { userId, email, firstName } of await activeSuperAdmins(db))
    await queueMail(db, post, recordMissingMail, { email, userId }, { firstName, ...said });
}

/** Who proved it, as people call them: "Grace Hopper (grace@acme.example)". */
async function nameOf(db: TenantDb, actor: Actor): Promise<string> {
  if (actor.kind === "user") {
    const { firstName, lastName, email } = await db
      .selectFrom("users as u")
      .innerJoin("user_emails as e", (join) =>
        join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
      )
      .select(["u.first_name as firstName", "u.last_name as lastName", "e.email"])
      .where("u.id", "=", actor.userId)
      .executeTakeFirstOrThrow();
    return `${firstName} ${lastName} (${email})`;
  }
  if (actor.kind === "client") {
    const { name } = await db
      .selectFrom("api_clients")
      .select("name")
      .where("id", "=", actor.clientId)
      .executeTakeFirstOrThrow();
    return texts.client(name);
  }
  return texts.provedOperator;
}
