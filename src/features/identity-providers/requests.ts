// A request of ours that waits for its response: one row, found by the id of the message, for one sign-in or one test.
import { z } from "zod";
import { isAttributeKey, type SaidValues } from "#features/attributes/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { assertedFactorsOptions } from "#protocols/saml/authn-context.ts";
import { IdentityProviderId, IdentityProviderRequestId, type UserId } from "#src/ids.ts";

/** Time to sign in at the provider; a response that comes later answers nothing. */
export const requestSeconds = 10 * 60;

/** Without attributes that a later release knows: its requests may wait here for a moment. */
function knownValues(said: Readonly<Record<string, string | null>>): SaidValues {
  return Object.fromEntries(Object.entries(said).filter(([key]) => isAttributeKey(key)));
}

/** What a sound response said about a person. */
export const Asserted = z.object({
  providerId: IdentityProviderId,
  providerName: z.string(),
  /** Who it is at the provider, for ever. */
  subject: z.string(),
  /** Lower case, and of a domain that the provider speaks for. */
  email: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  /** As it has to be said at logout. */
  nameId: z.string().nullable(),
  nameIdFormat: z.string().nullable(),
  // Requests that waited while a release came do not have them.
  nameQualifier: z.string().nullable().default(null),
  spNameQualifier: z.string().nullable().default(null),
  sessionIndex: z.string().nullable(),
  /** When the person proved there who they are: hours ago, where their session there goes on. */
  authenticatedAt: z.iso.datetime().nullable(),
  factors: z.enum(assertedFactorsOptions),
  trustsSecondStep: z.boolean(),
  /** Several factors can be asked for there. */
  takesContexts: z.boolean().default(false),
  createsPeople: z.boolean(),
  /** As the provider calls the groups, each once, at most 200; null: it said nothing of groups that counts. */
  groups: z.array(z.string()).nullable().default(null),
  /** How many names of groups came that are not taken: too many, or none of them one that can be. Then `groups` is null. */
  groupsUnusable: z.number().int().default(0),
  /** Of the person, by the claims that carry them; null: it says that there is none. Absent: it says nothing. */
  attributes: z.record(z.string(), z.string().nullable()).default({}).transform(knownValues),
  /** Attributes of which it said what cannot be kept. */
  skipped: z
    .array(z.string())
    .default([])
    .transform((keys) => keys.filter(isAttributeKey)),
});
export type Asserted = z.infer<typeof Asserted>;

const Facts = z.record(z.string(), z.union([z.string(), z.number()]));

/** What came, as an administrator who tries the connection out sees it. */
export const TestOutcome = z.object({
  kind: z.literal("tested"),
  /** Null: it would have let the person in. */
  refusal: z.object({ code: z.string(), facts: Facts }).nullable(),
  nameId: z.object({ value: z.string(), format: z.string() }).nullable(),
  attributes: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  context: z.string().nullable(),
  asserted: Asserted.nullable(),
});
export type TestOutcome = z.infer<typeof TestOutcome>;

const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("asserted"), asserted: Asserted }),
  /** The provider let nobody in. "no_context": it cannot say what was asked for (Core §3.2.2.2). */
  z.object({ kind: z.literal("declined"), why: z.enum(["no_context", "other"]).default("other") }),
  TestOutcome,
]);
export type Outcome = z.infer<typeof Outcome>;

/** Whose request it is. */
export type Whose = { readonly signInId: string } | { readonly startedBy: UserId };

export interface NewRequest {
  readonly id: IdentityProviderRequestId;
  readonly providerId: IdentityProviderId;
  readonly messageId: string;
  readonly whose: Whose;
  readonly forceAuthn: boolean;
}

/** Keeps a request. One sign-in has one: an earlier one answers nothing any more. */
export async function keepRequest(
  db: TenantDb,
  { id, providerId, messageId, whose, forceAuthn }: NewRequest,
  now: Date,
): Promise<void> {
  const signInId = "signInId" in whose ? whose.signInId : null;
  if (signInId !== null)
    await db.deleteFrom("identity_provider_requests").where("sign_in_id", "=", signInId).execute();
  await db
    .insertInto("identity_provider_requests")
    .values({
      id,
      identity_provider_id: providerId,
      message_id: messageId,
      sign_in_id: signInId,
      started_by: "startedBy" in whose ? whose.startedBy : null,
      force_authn: forceAuthn,
      created_at: now,
      expires_at: secondsLater(now, requestSeconds),
    })
    .execute();
}

const rows = (db: TenantDb) =>
  db
    .selectFrom("identity_provider_requests")
    .select([
      "id",
      "identity_provider_id as providerId",
      "message_id as messageId",
      "sign_in_id as signInId",
      "started_by as startedBy",
      "force_authn as forceAuthn",
      "created_at as createdAt",
      "expires_at as expiresAt",
      "answered_at as answeredAt",
      "outcome",
    ]);

/** The request of a message that still waits at this provider's address; null: unknown, answered, too old, or another provider's. */
export async function findWaiting(
  db: TenantDb,
  { providerId, messageId, now }: { providerId: IdentityProviderId; messageId: string; now: Date },
) {
  const row = await rows(db)
    .where("message_id", "=", messageId)
    .where("identity_provider_id", "=", providerId)
    .where("answered_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row ?? null;
}
export type WaitingRequest = NonNullable<Awaited<ReturnType<typeof findWaiting>>>;

/** Answers a request: once. False when it was answered, replaced, or ran out meanwhile. */
export async function answerRequest(
  db: TenantDb,
  requestId: IdentityProviderRequestId,
  { outcome, now }: { outcome: Outcome; now: Date },
): Promise<boolean> {
  const answered = await db
    .updateTable("identity_provider_requests")
    .set({ outcome: JSON.stringify(outcome), answered_at: now })
    .where("id", "=", requestId)
    .where("answered_at", "is", null)
    .where("expires_at", ">", now)
    .returning("id")
    .executeTakeFirst();
  return answered !== undefined;
}

/**
 * What came for a sign-in, taken away with its request: nobody gets it twice, and nobody but the browser that holds the sign-in's handle.
 * Null when nothing came.
 */
export async function takeOutcome(
  db: TenantDb,
  {
    requestId,
    signInId,
    now,
  }: { requestId: IdentityProviderRequestId; signInId: string; now: Date },
): Promise<Exclude<Outcome, TestOutcome> | null> {
  const row = await db
    .deleteFrom("identity_provider_requests")
    .where("id", "=", requestId)
    .where("sign_in_id", "=", signInId)
    .where("answered_at", "is not", null)
    .where("expires_at", ">", now)
    .returning("outcome")
    .executeTakeFirst();
  if (!row) return null;
  const outcome = Outcome.parse(row.outcome);
  return outcome.kind === "tested" ? null : outcome;
}

/** A test by its id, of whoever started it, for as long as a request waits; null: not theirs, or over. */
export async function findTest(
  db: TenantDb,
  {
    providerId,
    testId,
    startedBy,
    now,
  }: {
    providerId: IdentityProviderId;
    testId: IdentityProviderRequestId;
    startedBy: UserId;
    now: Date;
  },
) {
  const row = await rows(db)
    .where("id", "=", testId)
    .where("identity_provider_id", "=", providerId)
    .where("started_by", "=", startedBy)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  if (!row) return null;
  return { ...row, outcome: row.outcome === null ? null : TestOutcome.parse(row.outcome) };
}
