// The identity provider's side of SAML: metadata, requests in, the person's part, answers out (Bindings §3.4–3.5, Profiles §4.1).
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { detourPath } from "#platform/http/detour.ts";
import { routes } from "#platform/http/route.ts";
import {
  ApplicationParams,
  attributesFor,
  findApplication,
  ownIdentity,
  publishedKeys,
} from "#features/applications/index.ts";
import { findAttributeSettings } from "#features/attributes/index.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import { writeIdpMetadata } from "#protocols/saml/metadata/write-idp.ts";
import { issuedNameIdFormats } from "#protocols/saml/name-id.ts";
import { requestInvalid } from "./errors.ts";
import { agreeToRequest, declineRequest, openRequest, shownOf } from "./issue.ts";
import { launch, receiveRequest } from "./receive.ts";
import { type Named, previewFor } from "./preview.ts";
import { ConsentChoice, PreviewQuestion, WaitingParams } from "./schema.ts";
import type { ApplicationId } from "#src/ids.ts";
import { texts } from "./texts.ts";
import { type OnTheWay, OnTheWayPage, PreviewForm, PreviewPage } from "./views.tsx";
import { waitingPath } from "./waiting.ts";

const requestBodyMaxBytes = 512 * 1024;
const metadataType = "application/samlmetadata+xml; charset=utf-8";

const previewPath = "/applications/:applicationId/preview";
const asked = {
  permit: "applications.manage",
  params: ApplicationParams,
  title: texts.previewTitle,
} as const;

const named = ({
  tenant,
  params,
}: Pick<
  Handling<{ applicationId: ApplicationId }, unknown>,
  "tenant" | "params"
>): Promise<Named> =>
  tenant.read(async (db) => {
    const { id, name } = await findApplication(db, params.applicationId);
    return { id, name };
  });

export const ssoRoutes = routes()
  .endpoint("get", "/saml/idp/metadata/:applicationId", {
    credentials: "none",
    params: ApplicationParams,
    summary: "Our metadata for one application",
    handle: async ({ tenant, site, params }, c) => {
      const { entityId, ssoUrl, sloUrl } = ownIdentity(site, params.applicationId);
      const { application, settings, keys } = await tenant.read(async (db) => ({
        application: await findApplication(db, params.applicationId),
        settings: await findAttributeSettings(db),
        keys: await publishedKeys(db, params.applicationId),
      }));
      const [first, ...rest] = keys.map(({ certificate }) => readCertificate(certificate).base64);
      if (!first) throw new Error(`application ${params.applicationId} publishes no certificate`);
      const xml = await writeIdpMetadata({
        entityId,
        ssoUrl,
        sloUrl,
        signingCertificates: [first, ...rest],
        wantAuthnRequestsSigned: application.serviceProvider.signsRequests,
        nameIdFormats: issuedNameIdFormats,
        attributes: attributesFor(application, settings),
      });
      const download =
        c.req.query("download") === undefined
          ? {}
          : { "content-disposition": 'attachment; filename="metadata.xml"' };
      return c.body(xml, 200, { "content-type": metadataType, ...download });
    },
  })
  .endpoint("get", "/saml/idp/sso", {
    // Whose request it is: somebody who is signed in does not wait for what strangers sent from their network.
    credentials: "session",
    writes: true,
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
    writes: true,
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
    writes: true,
    handle: async (handling): Promise<OnTheWay | Redirect> => {
      const { requestId } = handling.params;
      const path = waitingPath(requestId);
      const next = await openRequest(handling, requestId);
      switch (next.kind) {
        case "sign-in": {
          const again = next.again ? "reauthenticate=1&" : "";
          const to = `/sign-in?${again}return_to=${encodeURIComponent(path)}`;
          // Who is signed in already would else wonder who asks, and why.
          return next.again
            ? redirect(to, texts.askedAgain(next.application), "info")
            : redirect(to);
        }
        case "detour":
          return redirect(detourPath(next.to, path));
        case "denied": {
          const email = handling.viewer?.email ?? "";
          return { ...next, path, tenant: handling.site.name, email };
        }
        case "too-weak":
          return { ...next, path };
        case "ask":
          return {
            kind: "asking",
            path,
            shown: shownOf(next.ready),
            application: next.ready.access.application.name,
            nameIdFormat: next.waiting.nameIdFormat,
            person: next.ready.person,
          };
        case "sending":
          return next;
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
      const { requestId } = handling.params;
      const { choice, shown } = handling.input;
      if (choice === "cancel") return declineRequest(handling, requestId);
      const outcome = await agreeToRequest(handling, requestId, shown);
      return outcome === "look-again" ? redirect(waitingPath(requestId)) : outcome;
    },
    page: OnTheWayPage,
  })
  .screen("get", previewPath, {
    ...asked,
    handle: async (handling) => ({ ...(await named(handling)), values: {} }),
    form: PreviewForm,
  })
  .screen("post", previewPath, {
    ...asked,
    input: PreviewQuestion,
    handle: ({ tenant, actor, params, input }) =>
      tenant.write((db) => previewFor(db, actor, { ...params, ...input })),
    form: PreviewForm,
    load: named,
    page: PreviewPage,
  });
