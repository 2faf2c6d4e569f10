// What an assertion says: put together from the request, the person and the session.
import { ownIdentity } from "#features/applications/index.ts";
import type { SaidName } from "#features/sessions/index.ts";
import type { Handling } from "#platform/http/context.ts";
import type { Ready } from "./decide.ts";
import type { Waiting } from "./waiting.ts";

export const newId = () => `_${crypto.randomUUID().replaceAll("-", "")}`;

export function successOf(
  by: Pick<Handling, "site" | "now">,
  waiting: Waiting,
  ready: Ready,
  said: { assertionId: string; nameId: SaidName; sessionIndex: string },
) {
  const { session, person, access } = ready;
  const { entityId } = access.application.serviceProvider;
  const { value, format, nameQualifier, spNameQualifier } = said.nameId;
  return {
    responseId: newId(),
    assertionId: said.assertionId,
    issuer: ownIdentity(by.site, waiting.applicationId).entityId,
    audience: entityId,
    recipient: waiting.acsUrl,
    inResponseTo: waiting.messageId ?? undefined,
    now: by.now,
    nameId: {
      value,
      format,
      nameQualifier: nameQualifier ?? undefined,
      spNameQualifier: spNameQualifier ?? undefined,
    },
    authn: {
      instant: session.authenticatedAt,
      sessionIndex: said.sessionIndex,
      sessionNotOnOrAfter: session.expiresAt,
      classRef: ready.context,
    },
    attributes: person.told,
  };
}
