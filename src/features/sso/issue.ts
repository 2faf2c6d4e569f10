// Answers a waiting request: in one transaction it is found, decided and used up, and the event is written; then, outside, the message
// is built and signed. A page left open does not outlive the right to use the application: its button decides anew.
import { createHash } from "node:crypto";
import {
  activeKey,
  type FoundApplication,
  openKey,
  ownIdentity,
} from "#features/applications/index.ts";
import { holdSession, rememberParticipant, type SaidName } from "#features/sessions/index.ts";
import type { KeyRow } from "#features/signing-keys/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { encodePost } from "#protocols/saml/bindings.ts";
import { statusCodes } from "#protocols/saml/constants.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { buildErrorResponse, buildResponse } from "#protocols/saml/response.ts";
import type { SsoRequestId } from "#src/ids.ts";
import { newId, successOf } from "./assertion.ts";
import {
  decide,
  type Decision,
  giveConsent,
  type Ready,
  requireAcs,
  type Status,
} from "./decide.ts";
import type { SignInWay } from "./demand.ts";
import { accessDenied, assertionIssued, signInDeclined } from "./events.ts";
import { countForPerson } from "./limits.ts";
import { nameIdFor, saidName } from "./person.ts";
import {
  consumeWaiting,
  findWaiting,
  releaseBrowser,
  releaseBrowserLater,
  type Waiting,
} from "./waiting.ts";

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
  | "tenant"
  | "site"
  | "actor"
  | "services"
  | "session"
  | "viewer"
  | "cookies"
  | "now"
  | "allowFormAction"
>;

/** What a request that is looked at leads to, besides the message. */
export type Next =
  | { readonly kind: "sign-in"; readonly again: boolean; readonly application: string }
  | { readonly kind: "ask"; readonly waiting: Waiting; readonly ready: Ready }
  | { readonly kind: "too-weak"; readonly way: SignInWay; readonly application: string }
  | { readonly kind: "detour"; readonly to: string }
  | { readonly kind: "denied"; readonly application: string };

/** What a transaction has decided and used the request up for: the message is built and signed outside of it. */
type Settled = { readonly kind: "settled"; readonly waiting: Waiting } & Prepared;

/**
 * Looks at a waiting request: answers it where nothing is to be asked, else says what the person has to do first. One transaction
 * finds, decides and records, so that nothing changes in between.
 * @throws {requestGone} @throws {otherBrowser} @throws {acsRefused}
 */
export async function openRequest(asked: By, id: SsoRequestId): Promise<Sending | Next> {
  const outcome = await asked.tenant.write(async (db): Promise<Settled | Next> => {
    const by = await held(db, asked);
    const waiting = await findWaiting(db, by, id);
    await countForPerson(db, by, waiting);
    const application = await requireAcs(db, waiting);
    const decision = await decide(db, waiting, { ...by, application });
    switch (decision.kind) {
      case "sign-in":
      case "too-weak":
        return { ...decision, application: application.name };
      case "detour":
        return decision;
      case "ask":
        return { ...decision, waiting };
      case "denied": {
        await recordAbout(db, by, accessDenied, application);
        // The request keeps waiting, for another account or a grant; where no page may be shown, it is answered.
        if (!waiting.isPassive) return { ...decision, application: application.name };
        return settle(db, by, { waiting, application, outcome: denied, from: "page" });
      }
      case "issue":
      case "answer":
        return settle(db, by, { waiting, application, outcome: decision, from: "page" });
    }
  });
  if (outcome.kind !== "settled") return outcome;
  releaseBrowserLater(asked.cookies, id);
  return send(asked, outcome);
}

/**
 * Issues an assertion to a person who just said yes, if it is still right to; else the status that says why not.
 * @param agreed What they said yes to, as `shownOf` marks it
 * @returns "look-again" when the page must be shown anew: the request goes on waiting
 */
export async function agreeToRequest(
  asked: By,
  id: SsoRequestId,
  agreed: string,
): Promise<Sending | "look-again"> {
  const outcome = await asked.tenant.write(async (db): Promise<Settled | "look-again"> => {
    const by = await held(db, asked);
    const waiting = await findWaiting(db, by, id);
    const application = await requireAcs(db, waiting);
    const decision = await decide(db, waiting, { ...by, application });
    if (isOnTheWay(decision)) return "look-again";
    // What has come since the page was shown, and another person in front of it, were not agreed to.
    if (decision.kind === "ask" && agreed !== shownOf(decision.ready)) return "look-again";
    if (decision.kind === "denied") await recordAbout(db, by, accessDenied, application);
    if (decision.kind === "ask") await giveConsent(db, decision.ready, waiting, by.now);
    const outcome =
      decision.kind === "denied"
        ? denied
        : decision.kind === "ask"
          ? { kind: "issue" as const, ready: decision.ready }
          : decision;
    return settle(db, by, { waiting, application, outcome, from: "button" });
  });
  if (outcome === "look-again") return outcome;
  releaseBrowser(asked.cookies, id);
  return send(asked, outcome);
}

/** What the page leads to: the person is not where they could agree to anything. */
const isOnTheWay = (decision: Decision) =>
  decision.kind === "sign-in" || decision.kind === "too-weak" || decision.kind === "detour";

/** Who asks, as of this transaction: a session that has ended since the request came in is none. */
async function held(db: TenantDb, asked: By): Promise<By> {
  const { session } = asked;
  return session && !(await holdSession(db, session.id)) ? { ...asked, session: null } : asked;
}

/** Tells the application that the person does not want to. @throws {requestGone} @throws {otherBrowser} @throws {acsRefused} */
export async function declineRequest(by: By, id: SsoRequestId): Promise<Sending> {
  const settled = await by.tenant.write(async (db) => {
    const waiting = await findWaiting(db, by, id);
    const application = await requireAcs(db, waiting);
    await recordAbout(db, by, signInDeclined, application);
    return settle(db, by, { waiting, application, outcome: denied, from: "button" });
  });
  releaseBrowser(by.cookies, id);
  return send(by, settled);
}

const denied: Answer = {
  kind: "answer",
  status: { code: statusCodes.responder, subCode: statusCodes.requestDenied },
};

/** Marks what a consent page shows, and to whom: the answer carries it back. */
export const shownOf = ({ person, released }: Ready): string =>
  createHash("sha256")
    .update(JSON.stringify([person.userId, released, person.told]))
    .digest("base64url");

type Answer = Extract<Decision, { kind: "answer" }>;
type Issue = Extract<Decision, { kind: "issue" }>;

interface Prepared {
  readonly application: FoundApplication;
  readonly key: KeyRow;
  readonly message:
    | { readonly kind: "status"; readonly status: Status }
    | {
        readonly kind: "assertion";
        readonly ready: Ready;
        readonly assertionId: string;
        readonly nameId: SaidName;
        /** One value for one session at one application, and no link between applications. */
        readonly sessionIndex: string;
      };
}

/** Uses the request up and prepares what the message needs: the key, the identifier and the event. */
async function settle(
  db: TenantDb,
  by: By,
  {
    waiting,
    application,
    outcome,
    from,
  }: {
    waiting: Waiting;
    application: FoundApplication;
    outcome: Issue | Answer;
    from: "button" | "page";
  },
): Promise<Settled> {
  await consumeWaiting(db, waiting.id, { now: by.now, by: from });
  const key = await activeKey(db, waiting.applicationId);
  const settled = { kind: "settled", waiting, application, key } as const;
  const status = (found: Status) => ({
    ...settled,
    message: { kind: "status", status: found } as const,
  });
  if (outcome.kind === "answer") return status(outcome.status);
  const { ready } = outcome;
  const nameId = await nameIdFor(db, ready.person, waiting).catch((error: unknown) => {
    if (error instanceof SamlError) return null;
    throw error;
  });
  if (nameId === null) {
    return status({ code: statusCodes.requester, subCode: statusCodes.invalidNameIdPolicy });
  }
  const name = saidName(by.site, waiting, { nameId, application });
  const { id: sessionId, expiresAt } = ready.session;
  const told = { sessionId, applicationId: waiting.applicationId, name, expiresAt, now: by.now };
  const sessionIndex = await rememberParticipant(db, told);
  const assertionId = newId();
  await record(db, by.actor, assertionIssued, {
    userId: ready.person.userId,
    applicationId: waiting.applicationId,
    application: application.name,
    assertionId,
    inResponseTo: waiting.messageId,
    nameIdFormat: waiting.nameIdFormat,
    authnContext: ready.context,
    released: [...ready.released],
    through: ready.access.through.map(({ name }) => name),
  });
  return {
    ...settled,
    message: { kind: "assertion", ready, assertionId, nameId: name, sessionIndex },
  };
}

async function recordAbout(
  db: TenantDb,
  { actor, session }: By,
  event: typeof accessDenied,
  { id, name }: FoundApplication,
): Promise<void> {
  if (!session) throw new Error("nobody is signed in");
  await record(db, actor, event, {
    userId: session.userId,
    applicationId: id,
    application: name,
  });
}

/** Builds and signs the message, and the page's right to post it. */
async function send(by: By, { waiting, application, key, message }: Settled): Promise<Sending> {
  by.allowFormAction(waiting.acsUrl);
  const signing = openKey(by, key);
  const isSuccess = message.kind === "assertion";
  const xml = isSuccess
    ? await buildResponse(successOf(by, waiting, message.ready, message), signing)
    : await buildErrorResponse(
        {
          responseId: newId(),
          issuer: ownIdentity(by.site, waiting.applicationId).entityId,
          destination: waiting.acsUrl,
          inResponseTo: waiting.messageId ?? undefined,
          now: by.now,
          status: message.status,
        },
        signing,
      );
  const relay: Record<string, string> =
    waiting.relayState === null ? {} : { RelayState: waiting.relayState };
  return {
    kind: "sending",
    acsUrl: waiting.acsUrl,
    fields: { SAMLResponse: encodePost(xml), ...relay },
    application: application.name,
    isSuccess,
  };
}
