// The request comes in: checked, kept, and the browser sent on to a page of our own origin, where its cookies are present again.
import {
  accessOf,
  findApplication,
  findApplicationByEntityId,
  ownIdentity,
} from "#features/applications/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { record } from "#platform/audit/record.ts";
import { DomainError } from "#platform/errors.ts";
import { hitNoted } from "#platform/limits.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { isIssuedNameIdFormat } from "#protocols/saml/name-id.ts";
import { defaultAcs } from "#protocols/saml/authn-request-checks.ts";
import type { ApplicationId, UserId } from "#src/ids.ts";
import { type AcceptedRequest, checkRequest, refusalOf } from "./checks.ts";
import type { InboundRequest } from "#protocols/saml/inbound-request.ts";
import { launchDenied, tooManyRequests } from "./errors.ts";
import { requestRefused } from "./events.ts";
import { countRequest, countUnsigned, personAs, refusedRequests, senderOf } from "./limits.ts";
import { bindBrowser, keepWaiting, waitingPath } from "./waiting.ts";

type By = Pick<
  Handling,
  "tenant" | "site" | "actor" | "viewer" | "cookies" | "now" | "origin" | "session"
>;

/** Takes an AuthnRequest and answers the path where it waits. @throws a refusal that is shown to the person, after recording it */
export async function receiveRequest(by: By, inbound: InboundRequest): Promise<string> {
  const { tenant, now } = by;
  const sender = senderOf(by);
  let issuer: string | null = null;
  try {
    const ssoUrl = `${by.site.origin}/saml/idp/sso`;
    const find = (entityId: string) => {
      issuer = entityId.slice(0, 200);
      return tenant.read((db) => findApplicationByEntityId(db, entityId));
    };
    const ownEntityId = (id: ApplicationId) => ownIdentity(by.site, id).entityId;
    const accepted = await checkRequest(inbound, find, { ssoUrl, now, ownEntityId });
    const kept = await tenant.write(async (db) => {
      // A signature is the application's own word: it is not to be shut out for what others send in its name.
      if (!accepted.isSigned) await countUnsigned(db, sender, now);
      const countedNetwork = accepted.isSigned ? null : sender.network;
      return keepWaiting(db, { ...toWaiting(accepted), countedNetwork }, now);
    });
    bindBrowser(by.cookies, kept);
    return waitingPath(kept.id);
  } catch (error) {
    const refusal = error instanceof SamlError ? refusalOf(error) : error;
    if (refusal instanceof DomainError && refusal.code !== tooManyRequests.code) {
      const code = error instanceof SamlError ? error.code : refusal.code;
      const { allowed, retryAfterSeconds } = await tenant.write(async (db) => {
        const state = await hitNoted(db, { limit: refusedRequests, ...sender }, now);
        if (state.allowed) await record(db, by.actor, requestRefused, { issuer, code });
        return state;
      });
      if (!allowed) throw tooManyRequests({ retryAfterSeconds });
    }
    throw refusal;
  }
}

function toWaiting({ application, request, relayState, acsUrl, nameId, failure }: AcceptedRequest) {
  return {
    applicationId: application.id,
    messageId: request.id,
    relayState: relayState ?? null,
    acsUrl,
    nameIdFormat: nameId?.format ?? application.serviceProvider.nameIdFormat,
    mayCreateId: nameId?.mayCreate ?? true,
    subject: request.subject ?? null,
    forceAuthn: request.forceAuthn,
    isPassive: request.isPassive,
    authnContext: request.requestedAuthnContext ?? null,
    failure,
  };
}

/** Starts a sign-in from My Apps, without a request (Profiles §4.1.5). @throws {launchDenied} @throws {tooManyRequests} */
export async function launch(
  by: By,
  userId: UserId,
  applicationId: ApplicationId,
): Promise<string> {
  const kept = await by.tenant.write(async (db) => {
    await countRequest(db, personAs(userId, by.viewer), by.now);
    const application = await findApplication(db, applicationId);
    if (!(await accessOf(db, userId, application))) throw launchDenied();
    const { acs, nameIdFormat } = application.serviceProvider;
    const acsUrl = defaultAcs(acs)?.url;
    if (acsUrl === undefined || !isIssuedNameIdFormat(nameIdFormat)) {
      throw new Error(`application ${applicationId} has no usable endpoint`);
    }
    return keepWaiting(
      db,
      {
        applicationId,
        messageId: null,
        relayState: null,
        acsUrl,
        nameIdFormat,
        mayCreateId: true,
        subject: null,
        forceAuthn: false,
        isPassive: false,
        authnContext: null,
        failure: null,
        countedNetwork: null,
      },
      by.now,
    );
  });
  bindBrowser(by.cookies, kept);
  return waitingPath(kept.id);
}
