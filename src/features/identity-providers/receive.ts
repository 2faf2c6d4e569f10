// The response comes in, from another site and so without a cookie: checked, kept with the request that it answers, and the browser sent
// on to a page of our own origin, where its cookies are present again and only the one that holds the sign-in's handle gets anything.
import type { Handling } from "#platform/http/context.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineLimit, hitNoted, networkOf } from "#platform/limits.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import type { ReadAssertion } from "#protocols/saml/read-response.ts";
import { usableUntil } from "#protocols/saml/response-checks.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { standingOf } from "./assignments.ts";
import { checkResponse, type Expected, type Findings } from "./checks.ts";
import { refusalOf, tooManyResponses } from "./errors.ts";
import { responseRefused } from "./events.ts";
import { ownIdentity } from "./identity.ts";
import { findProvider } from "./queries.ts";
import {
  answerRequest,
  type Asserted,
  findWaiting,
  type Outcome,
  type TestOutcome,
  type WaitingRequest,
} from "./requests.ts";
import { presentedCertificates } from "./presented.ts";

type By = Pick<Handling, "tenant" | "site" | "actor" | "now" | "origin">;

/**
 * Refused responses from one network: every refusal is an event. Asked only where one more is to be refused: any page can post faulty ones
 * in its visitors' names, and would else keep whole offices from coming in.
 */
const refusedByIp = defineLimit("identity_providers.refused_responses", {
  most: 60,
  windowSeconds: 300,
});

/**
 * Takes what a provider had the browser post (`messageIn` reads it, once there is such a provider), and answers the path where it goes on.
 * @throws {providerNotFound} @throws a refusal that is shown to the person, after recording it
 */
export async function receiveResponse(
  by: By,
  providerId: IdentityProviderId,
  messageIn: () => Promise<string | undefined>,
): Promise<string> {
  const { tenant, now } = by;
  const network = networkOf(by.origin.ip);
  const { name } = await tenant.read((db) => findProvider(db, providerId));
  const message = await messageIn();
  const findings: Findings = { request: null, xml: null, assertion: null };
  try {
    return await take(by, providerId, { message, findings });
  } catch (error) {
    if (!(error instanceof SamlError)) throw error;
    const path = await tellRequest(by, findings, error);
    if (path !== null) return path;
    const { allowed, retryAfterSeconds } = await tenant.write(async (db) => {
      const counter = { limit: refusedByIp, key: network, about: network };
      const state = await hitNoted(db, counter, now);
      const about = { identityProviderId: providerId, name, code: error.code };
      if (state.allowed) await record(db, by.actor, responseRefused, about);
      return state;
    });
    throw allowed ? refusalOf(error) : tooManyResponses({ retryAfterSeconds });
  }
}

async function take(
  { tenant, site, now }: By,
  providerId: IdentityProviderId,
  { message, findings }: { message: string | undefined; findings: Findings },
): Promise<string> {
  const { acsUrl, entityId: ourEntityId } = ownIdentity(site, providerId);
  const find = (messageId: string) =>
    tenant.read(async (db) => {
      const request = await findWaiting(db, { providerId, messageId, now });
      const provider = request && (await findProvider(db, providerId));
      // Disabled while the person was there: nobody comes in by it any more. A test shows a draft, too.
      const isOpen = provider?.state === "enabled" || (request && request.startedBy !== null);
      return request && provider && isOpen ? { request, provider } : null;
    });
  const standing: Expected["standingOf"] = (named) => tenant.read((db) => standingOf(db, named));
  const expected = { acsUrl, ourEntityId, now, find, standingOf: standing };
  const taken = await checkResponse(message, expected, findings);
  await tenant.write(async (db) => {
    await useAssertion(db, providerId, taken.assertion, now);
    const outcome = outcomeOf(taken);
    if (!(await answerRequest(db, taken.request.id, { outcome, now })))
      throw new SamlError("unknown_request", "the request was answered meanwhile");
  });
  return pathOf(taken.request);
}

/**
 * Each assertion counts once, for as long as it could be used again: the row is the memory, and without it there is no sign-in.
 * @throws {SamlError} assertion_replayed
 */
async function useAssertion(
  db: TenantDb,
  providerId: IdentityProviderId,
  assertion: ReadAssertion,
  now: Date,
): Promise<void> {
  await db
    .insertInto("used_assertions")
    .values({
      identity_provider_id: providerId,
      assertion_id: assertion.id,
      expires_at: usableUntil(assertion, now),
    })
    .onConflict((on) => on.constraint("used_assertions_pkey").doNothing())
    .returning("assertion_id")
    .executeTakeFirstOrThrow(
      () => new SamlError("assertion_replayed", "the assertion was used before"),
    );
}

function outcomeOf({
  asserted,
  assertion,
  request,
}: {
  asserted: Asserted;
  assertion: ReadAssertion;
  request: WaitingRequest;
}): Outcome {
  if (request.startedBy === null) return { kind: "asserted", asserted };
  return { ...shownOf(assertion), refusal: null, asserted };
}

/** Where the browser goes on: the sign-in, or the page of the test. */
const pathOf = ({ id, startedBy, providerId }: WaitingRequest): string =>
  startedBy === null
    ? `/sign-in/provider/return/${id}`
    : `/identity-providers/${providerId}/tests/${id}`;

/**
 * Says what was wrong where somebody waits for it: to the administrator who tries the connection out in full, to a person that the
 * provider let nobody in. Null where nobody is told.
 */
async function tellRequest(
  { tenant, now }: By,
  { request, xml, assertion }: Findings,
  error: SamlError,
): Promise<string | null> {
  if (request === null) return null;
  const isTest = request.startedBy !== null;
  if (!isTest && error.code !== "status_not_success") return null;
  const presented = error.code === "signature_invalid" ? presentedCertificates(xml ?? "") : "";
  const facts = { ...error.facts, ...(presented === "" ? {} : { theirs: presented }) };
  const outcome: Outcome = isTest
    ? { ...shownOf(assertion), refusal: { code: error.code, facts }, asserted: null }
    : { kind: "declined", why: whyDeclined(error) };
  const isTold = await tenant.write((db) => answerRequest(db, request.id, { outcome, now }));
  return isTold ? pathOf(request) : null;
}

/** A provider that cannot give what is asked for can often be asked for less. */
function whyDeclined({ facts }: SamlError): "no_context" | "other" {
  const [, subCode] = String(facts["status"] ?? "").split(" ");
  return subCode === "NoAuthnContext" ? "no_context" : "other";
}

function shownOf(
  assertion: ReadAssertion | null,
): Pick<TestOutcome, "kind" | "nameId" | "attributes" | "context"> {
  const { nameId } = assertion ?? {};
  return {
    kind: "tested",
    nameId: nameId ? { value: nameId.value, format: nameId.format } : null,
    attributes: [...(assertion?.attributes ?? [])].map(([name, values]) => ({
      name,
      values: [...values],
    })),
    context: assertion?.authn?.classRef ?? null,
  };
}
