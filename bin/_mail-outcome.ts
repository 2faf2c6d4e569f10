// A command that mails somebody a link: whether the message left, so that the link is printed where it did not.
import { sql } from "kysely";
import type { Tenant } from "#features/tenants/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { drain } from "#platform/jobs/drain.ts";
import { deliverMail } from "#platform/mail/jobs.ts";
import type { Services } from "#platform/services.ts";
import type { UserId } from "#src/ids.ts";

/** `sent`, or why not (yet). */
export type MailOutcome =
  | { readonly sent: true }
  | { readonly sent: false; readonly reason: string };

/** How long another process (the worker) may take with the message before we stop waiting for it. */
const patienceMs = 10_000;

/** Delivers what is due, unless a worker is quicker, and says what became of the newest message (of a template) to this person. */
export async function outcomeOfMail(
  services: Services,
  tenant: Pick<Tenant, "id">,
  userId: UserId,
  template?: string,
): Promise<MailOutcome> {
  const scope = services.database.tenant(tenant.id);
  await drain(services.database, new Map([[deliverMail.name, deliverMail]]), services);
  for (const until = Date.now() + patienceMs; ;) {
    const { id, state, error } = await scope.read((db) => newestMail(db, userId, template));
    if (state === "sent") return { sent: true };
    if (state === "failed") return { sent: false, reason: error ?? "the mail server refused it" };
    const attempt = await scope.read((db) => lastMailError(db, id));
    if (attempt) return { sent: false, reason: attempt };
    if (Date.now() > until) return { sent: false, reason: "it is still waiting to be sent" };
    await Bun.sleep(200);
  }
}

const newestMail = (db: TenantDb, userId: UserId, template: string | undefined) =>
  db
    .selectFrom("mails")
    .select(["id", "state", "error"])
    .where("user_id", "=", userId)
    .$if(template !== undefined, (query) => query.where("template", "=", template ?? ""))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();

/** Why the last try failed, while the job waits for the next. */
async function lastMailError(db: TenantDb, mailId: string): Promise<string | null> {
  const job = await db
    .selectFrom("jobs")
    .select("last_error")
    .where("name", "=", deliverMail.name)
    .where(sql`payload ->> 'mailId'`, "=", mailId)
    .executeTakeFirst();
  return job?.last_error ?? null;
}
