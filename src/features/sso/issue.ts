// Answers a waiting request: in one transaction it is used up, access is checked again and the event is written; then, outside, the
// message is built and signed. A page left open does not outlive the right to use the application.
import { createHash } from "node:crypto";
import { activeKey, findApplication, keyPlace, ownIdentity } from "#features/applications/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { encodePost } from "#protocols/saml/bindings.ts";
import { statusCodes } from "#protocols/saml/constants.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { loadSigningKey } from "#protocols/saml/keys.ts";
import { buildErrorResponse, buildResponse } from "#protocols/saml/response.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";
import { decide, giveConsent, requireAcs, type Ready, type Status } from "./decide.ts";
import { assertionIssued } from "./events.ts";
import { attributesOf, nameIdFor } from "./person.ts";
import { consumeWaiting, releaseBrowser, type Waiting } from "./waiting.ts";

/** A message on its way: the page posts it to `acsUrl` by itself. */
export interface Sending {
  readonly kind: "sending";
  readonly acsUrl: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly application: string;
  readonly isSuccess: boolean;
}

type By = Pick<
  Handling,
  "tenant" | "site" | "actor" | "services" | "session" | "cookies" | "now" | "allowFormAction"
>;

const newId = () => `_${crypto.randomUUID().replaceAll("-", "")}`;

/**
 * Issues an assertion if it is still right to; else the status that says why not.
 * @param agreed What the person just said yes to, as `shownOf` marks it; null where nothing was asked.
 * @returns "look-again" when the page must be shown (anew): the request goes on waiting
 */
export async function issueAssertion(
  by: By,
  waiting: Waiting,
  agreed: string | null,
): Promise<Sending | "look-again"> {
  const assertionId = newId();
  const outcome = await by.tenant.write(async (db) => {
    const decision = await decide(db, waiting, by.session);
    if (decision.kind === "sign-in") return "look-again" as const;
    // What has come since the page was shown, and another person in front of it, were not agreed to.
    if (decision.kind === "ask" && agreed !== shownOf(decision.ready)) return "look-again" as const;
    await consumeWaiting(db, waiting.id, by.now);
    if (decision.kind === "answer") return { status: decision.status };
    if (decision.kind === "denied") {
      return {
        status: { code: statusCodes.responder, subCode: statusCodes.requestDenied } as const,
      };
    }
    if (decision.kind === "ask") await giveConsent(db, decision.ready, waiting, by.now);
    const { ready } = decision;
    return { ready, ...(await prepare(db, by, waiting, ready, assertionId)) };
  });
  if (outcome === "look-again") return outcome;
  if ("status" in outcome) return answerStatus(by, waiting, outcome.status);
  const { ready, nameId, key } = outcome;
  if (nameId === null) {
    return answerStatus(by, waiting, {
      code: statusCodes.requester,
      subCode: statusCodes.invalidNameIdPolicy,
    });
  }
  const xml = await buildResponse(
    successOf(by, waiting, ready, { assertionId, nameId }),
    openKey(by, key),
  );
  return sending(by, waiting, xml, ready.access.application.name, true);
}

/** Marks what a consent page shows, and to whom: the answer carries it back. */
export const shownOf = ({ person, released }: Ready): string =>
  createHash("sha256")
    .update(JSON.stringify([person.userId, released, attributesOf(person)]))
    .digest("base64url");

/** What the transaction must hold besides the decision: the identifier, the key and the event. */
async function prepare(db: TenantDb, by: By, waiting: Waiting, ready: Ready, assertionId: string) {
  const key = await activeKey(db, waiting.applicationId);
  const nameId = await nameIdFor(db, ready.person, waiting).catch((error: unknown) => {
    if (error instanceof SamlError) return null;
    throw error;
  });
  if (nameId !== null) {
    await record(db, by.actor, assertionIssued, {
      userId: ready.person.userId,
      applicationId: waiting.applicationId,
      application: ready.access.application.name,
      assertionId,
      inResponseTo: waiting.messageId,
      nameIdFormat: waiting.nameIdFormat,
      authnContext: ready.context,
      released: [...ready.released],
      through: ready.access.through.map(({ name }) => name),
    });
  }
  return { nameId, key };
}

function successOf(
  by: By,
  waiting: Waiting,
  ready: Ready,
  ids: { assertionId: string; nameId: string },
) {
  const { session, person, access } = ready;
  const { entityId } = access.application.serviceProvider;
  const own = ownIdentity(by.site, waiting.applicationId);
  return {
    responseId: newId(),
    assertionId: ids.assertionId,
    issuer: own.entityId,
    audience: entityId,
    recipient: waiting.acsUrl,
    inResponseTo: waiting.messageId ?? undefined,
    now: by.now,
    nameId: {
      value: ids.nameId,
      format: waiting.nameIdFormat,
      nameQualifier: own.entityId,
      spNameQualifier: entityId,
    },
    authn: {
      instant: session.authenticatedAt,
      // One value for one session at one application, and no link between applications.
      sessionIndex: `_${createHash("sha256").update(`${session.id}/${waiting.applicationId}`).digest("hex").slice(0, 40)}`,
      sessionNotOnOrAfter: session.expiresAt,
      classRef: ready.context,
    },
    attributes: attributesOf(person),
  };
}

/** Tells the application why there is no assertion; the request must be used up already, or be used up by the caller. */
export async function answerStatus(by: By, waiting: Waiting, status: Status): Promise<Sending> {
  const { key, name } = await by.tenant.read(async (db) => ({
    key: await activeKey(db, waiting.applicationId),
    name: (await findApplication(db, waiting.applicationId)).name,
  }));
  const response = {
    responseId: newId(),
    issuer: ownIdentity(by.site, waiting.applicationId).entityId,
    destination: waiting.acsUrl,
    inResponseTo: waiting.messageId ?? undefined,
    now: by.now,
    status,
  };
  return sending(by, waiting, await buildErrorResponse(response, openKey(by, key)), name, false);
}

/** Uses the request up and answers with a status. */
export async function refuseRequest(by: By, waiting: Waiting, status: Status): Promise<Sending> {
  await by.tenant.write(async (db) => {
    await requireAcs(db, waiting);
    await consumeWaiting(db, waiting.id, by.now);
  });
  return answerStatus(by, waiting, status);
}

function sending(
  by: By,
  waiting: Waiting,
  xml: string,
  application: string,
  isSuccess: boolean,
): Sending {
  by.allowFormAction(waiting.acsUrl);
  releaseBrowser(by.cookies, waiting.id);
  const relay: Record<string, string> =
    waiting.relayState === null ? {} : { RelayState: waiting.relayState };
  return {
    kind: "sending",
    acsUrl: waiting.acsUrl,
    fields: { SAMLResponse: encodePost(xml), ...relay },
    application,
    isSuccess,
  };
}

interface KeyRow {
  readonly id: string;
  readonly sealedKey: Buffer;
  readonly certificate: string;
}

// Opening and parsing a key costs as much as a signature. Kept by the row's id: a rotated key has another.
const openKeys = new WeakMap<Handling["services"], Map<string, SigningKey>>();
const openKeysMost = 200;

function openKey({ services, tenant }: By, row: KeyRow): SigningKey {
  const known = openKeys.get(services) ?? new Map<string, SigningKey>();
  openKeys.set(services, known);
  const ready = known.get(row.id);
  if (ready) return ready;
  const privateKeyPem = services.keys
    .open("saml-key", keyPlace(tenant, row.id), row.sealedKey)
    .toString();
  const key = loadSigningKey({ privateKeyPem, certificatePem: row.certificate });
  if (known.size >= openKeysMost) known.clear();
  known.set(row.id, key);
  return key;
}
