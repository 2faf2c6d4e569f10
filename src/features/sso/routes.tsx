// The identity provider's side of SAML: metadata, requests in, the person's part, answers out (Bindings §3.4–3.5, Profiles §4.1).
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { record } from "#platform/audit/record.ts";
import { routes } from "#platform/http/route.ts";
import {
  ApplicationParams,
  findApplication,
  ownIdentity,
  publishedCertificates,
  sentAttributes,
} from "#features/applications/index.ts";
import { statusCodes } from "#protocols/saml/constants.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import { writeIdpMetadata } from "#protocols/saml/metadata/write-idp.ts";
import { issuedNameIdFormats } from "#protocols/saml/name-id.ts";
import { decide } from "./decide.ts";
import { requestInvalid } from "./errors.ts";
import { accessDenied, signInDeclined } from "./events.ts";
import { issueAssertion, refuseRequest, type Sending, shownOf } from "./issue.ts";
import { launch, receiveRequest } from "./receive.ts";
import { ConsentChoice, WaitingParams } from "./schema.ts";
import { type OnTheWay, OnTheWayPage } from "./views.tsx";
import { findWaiting, type Waiting, waitingPath } from "./waiting.ts";

const requestBodyMaxBytes = 512 * 1024;
const metadataType = "application/samlmetadata+xml; charset=utf-8";

export const ssoRoutes = routes()
  .endpoint("get", "/saml/idp/metadata/:applicationId", {
    credentials: "none",
    params: ApplicationParams,
    summary: "Our metadata for one application",
    handle: async ({ tenant, site, params }, c) => {
      const { entityId, ssoUrl } = ownIdentity(site, params.applicationId);
      const { certificates, signsRequests } = await tenant.read(async (db) => ({
        signsRequests: (await findApplication(db, params.applicationId)).serviceProvider
          .signsRequests,
        certificates: await publishedCertificates(db, params.applicationId),
      }));
      const [first, ...rest] = certificates.map(
        (certificate) => readCertificate(certificate).base64,
      );
      if (!first) throw new Error(`application ${params.applicationId} publishes no certificate`);
      const xml = writeIdpMetadata({
        entityId,
        ssoUrl,
        signingCertificates: [first, ...rest],
        wantAuthnRequestsSigned: signsRequests,
        nameIdFormats: issuedNameIdFormats,
        attributes: sentAttributes,
      });
      const download =
        c.req.query("download") === undefined
          ? {}
          : { "content-disposition": 'attachment; filename="metadata.xml"' };
      return c.body(xml, 200, { "content-type": metadataType, ...download });
    },
  })
  .endpoint("get", "/saml/idp/sso", {
    credentials: "none",
    summary: "Single sign-on, HTTP-Redirect binding",
    handle: async (handling, c) => {
      const rawQuery = c.req.url.slice(c.req.url.indexOf("?") + 1);
      return c.redirect(await receiveRequest(handling, { binding: "redirect", rawQuery }), 303);
    },
  })
  .endpoint("post", "/saml/idp/sso", {
    credentials: "none",
    bodyMaxBytes: requestBodyMaxBytes,
    summary: "Single sign-on, HTTP-POST binding",
    handle: async (handling, c) => {
      const mediaType = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
      if (mediaType !== "application/x-www-form-urlencoded") {
        throw requestInvalid({ reason: "not a form" });
      }
      const form = new URLSearchParams(await c.req.text());
      const incoming = {
        binding: "post" as const,
        message: form.get("SAMLRequest") ?? undefined,
        relayState: form.get("RelayState") ?? undefined,
      };
      return c.redirect(await receiveRequest(handling, incoming), 303);
    },
  })
  .screen("get", "/saml/idp/launch/:applicationId", {
    permit: "apps.launch",
    params: ApplicationParams,
    handle: async (handling) => {
      if (!handling.session) throw new Error("launch without a session");
      return redirect(
        await launch(handling, handling.session.userId, handling.params.applicationId),
      );
    },
  })
  .screen("get", "/saml/idp/sso/:requestId", {
    permit: "public",
    params: WaitingParams,
    frame: "card",
    handle: async (handling) => {
      const { waiting, decision } = await handling.tenant.read(async (db) => {
        const found = await findWaiting(db, handling, handling.params.requestId);
        return { waiting: found, decision: await decide(db, found, handling.session) };
      });
      const path = waitingPath(waiting.id);
      switch (decision.kind) {
        case "answer":
          return refuseRequest(handling, waiting, decision.status);
        case "sign-in": {
          const again = decision.again ? "reauthenticate=1&" : "";
          return redirect(`/sign-in?${again}return_to=${encodeURIComponent(path)}`);
        }
        case "denied":
          return showDenied(handling, waiting, path);
        case "issue":
          return orLookAgain(path, await issueAssertion(handling, waiting, null));
        case "ask":
          return {
            kind: "asking" as const,
            path,
            shown: shownOf(decision.ready),
            application: decision.ready.access.application.name,
            nameIdFormat: waiting.nameIdFormat,
            person: decision.ready.person,
          };
      }
    },
    page: OnTheWayPage,
  })
  .screen("post", "/saml/idp/sso/:requestId/consent", {
    permit: "signed-in",
    params: WaitingParams,
    input: ConsentChoice,
    frame: "card",
    handle: async (handling): Promise<OnTheWay | Redirect> => {
      const waiting = await handling.tenant.read((db) =>
        findWaiting(db, handling, handling.params.requestId),
      );
      const { choice, shown } = handling.input;
      if (choice === "continue") {
        return orLookAgain(waitingPath(waiting.id), await issueAssertion(handling, waiting, shown));
      }
      await handling.tenant.write(async (db) =>
        record(db, handling.actor, signInDeclined, await about(db, handling, waiting)),
      );
      return refuseRequest(handling, waiting, {
        code: statusCodes.responder,
        subCode: statusCodes.requestDenied,
      });
    },
    page: OnTheWayPage,
  });

const orLookAgain = (path: string, outcome: Sending | "look-again"): Sending | Redirect =>
  outcome === "look-again" ? redirect(path) : outcome;

/** The refusal is recorded when it is shown: the request keeps waiting, for another account or a grant. */
async function showDenied(
  handling: Handling<unknown, unknown>,
  waiting: Waiting,
  path: string,
): Promise<OnTheWay> {
  const { application } = await handling.tenant.write(async (db) => {
    const facts = await about(db, handling, waiting);
    await record(db, handling.actor, accessDenied, facts);
    return facts;
  });
  const email = handling.viewer?.email ?? "";
  return { kind: "denied", path, application, tenant: handling.site.name, email };
}

async function about(
  db: Parameters<typeof findApplication>[0],
  { session }: Pick<Handling, "session">,
  { applicationId }: Waiting,
) {
  if (!session) throw new Error("nobody is signed in");
  const { name } = await findApplication(db, applicationId);
  return { userId: session.userId, applicationId, application: name };
}
