// What an application would be told about a person, for whoever looks after it: decided as a sign-on decides it, and nothing is sent or made.
import { accessOf, findApplication, factName, type SentKey } from "#features/applications/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { Actor } from "#src/actor.ts";
import type { ApplicationId, UserId } from "#src/ids.ts";
import { personUnknown } from "./errors.ts";
import { previewViewed } from "./events.ts";
import { type Person, persistentId, personFor } from "./person.ts";
import { texts } from "./texts.ts";

export interface Named {
  readonly id: ApplicationId;
  readonly name: string;
}

export interface Preview {
  readonly application: Named;
  readonly userId: UserId;
  readonly name: string;
  readonly nameIdFormat: string;
  /** Null: one is made at the sign-on. */
  readonly nameId: string | null;
  /** Null: the person has no access, so nothing is told. */
  readonly told: Person["told"] | null;
  /** What is chosen for the application and has no value that may leave. */
  readonly withheld: readonly string[];
}

/** Looking is recorded, as it shows what is known of somebody. @throws {applicationNotFound} @throws {personUnknown} */
export async function previewFor(
  db: TenantDb,
  actor: Actor,
  { applicationId, email }: { applicationId: ApplicationId; email: string },
): Promise<Preview> {
  const application = await findApplication(db, applicationId);
  const user = await db
    .selectFrom("user_emails as e")
    .innerJoin("users as u", "u.id", "e.user_id")
    .select(["u.id", "u.first_name as firstName", "u.last_name as lastName"])
    .where("e.email", "=", email)
    .executeTakeFirstOrThrow(() => personUnknown({ errors: { email: texts.personUnknown } }));
  const about = { userId: user.id, applicationId, application: application.name };
  await record(db, actor, previewViewed, about);
  const { sentAttributes, nameIdFormat } = application.serviceProvider;
  const access = await accessOf(db, user.id, application);
  const person = access && (await personFor(db, user.id, access));
  const told = person?.told ?? null;
  const chosen = Object.keys(sentAttributes) as SentKey[];
  const isTold = (wanted: SentKey) => told?.some(({ key }) => key === wanted) === true;
  return {
    application: { id: application.id, name: application.name },
    userId: user.id,
    name: `${user.firstName} ${user.lastName}`,
    nameIdFormat,
    nameId: person && (await nameIdOf(db, person, { applicationId, nameIdFormat })),
    told,
    withheld: told === null ? [] : chosen.filter((key) => !isTold(key)).map(factName),
  };
}

function nameIdOf(
  db: TenantDb,
  { userId, email }: Person,
  { applicationId, nameIdFormat }: { applicationId: ApplicationId; nameIdFormat: string },
): Promise<string | null> {
  if (nameIdFormat === nameIdFormats.emailAddress) return Promise.resolve(email);
  if (nameIdFormat === nameIdFormats.transient) return Promise.resolve(null);
  return persistentId(db, userId, applicationId);
}
