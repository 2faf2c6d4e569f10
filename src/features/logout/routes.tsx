// Single logout's addresses (SAML Profiles §4.4): messages of applications and of providers, and the page of whoever signs out.
import { findApplicationByEntityId } from "#features/applications/index.ts";
import { findProvider } from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Handling, type HttpContext, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { InboundLogout } from "#protocols/saml/inbound-logout.ts";
import type { Outgoing } from "#protocols/saml/write-logout.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { messageInvalid } from "./errors.ts";
import { logoutPath } from "./logouts.ts";
import { applicationPeer, providerPeer } from "./peers.ts";
import { receiveLogout } from "./receive.ts";
import { LogoutParams, LogoutQuery, ProviderParams } from "./schema.ts";
import { arrive, progressOf, showLogout, type Shown } from "./show.ts";
import { LogoutPage, ProgressRegion } from "./views.tsx";

/** What is decoded is bounded by itself; form-encoding makes base64 a little longer. */
const bodyMaxBytes = 512 * 1024;
const card = { permit: "public", frame: "card" } as const;

type Any = Handling<unknown, unknown>;

const fromApplications =
  ({ site }: Any) =>
  async (db: TenantDb, issuer: string) => {
    const found = await findApplicationByEntityId(db, issuer);
    return found && applicationPeer(site, found);
  };

/** The address names the provider; that it is the one who signs is checked like everything else. @throws {providerNotFound} */
async function fromProvider({ tenant, site }: Any, providerId: IdentityProviderId) {
  const peer = providerPeer(site, await tenant.read((db) => findProvider(db, providerId)));
  return () => Promise.resolve(peer);
}

export const logoutRoutes = routes()
  .endpoint("get", "/saml/idp/slo", {
    credentials: "none",
    writes: true,
    summary: "Single logout of applications, HTTP-Redirect binding",
    handle: async (handling, c) =>
      goOn(c, await receiveLogout(handling, inQuery(c), fromApplications(handling))),
  })
  .endpoint("post", "/saml/idp/slo", {
    credentials: "none",
    bodyMaxBytes,
    summary: "Single logout of applications, HTTP-POST binding",
    handle: async (handling, c) =>
      goOn(c, await receiveLogout(handling, await inForm(c), fromApplications(handling))),
  })
  .endpoint("get", "/saml/sp/slo/:providerId", {
    credentials: "none",
    params: ProviderParams,
    writes: true,
    summary: "Single logout of an identity provider, HTTP-Redirect binding",
    handle: async (handling, c) => {
      const find = await fromProvider(handling, handling.params.providerId);
      return goOn(c, await receiveLogout(handling, inQuery(c), find));
    },
  })
  .endpoint("post", "/saml/sp/slo/:providerId", {
    credentials: "none",
    params: ProviderParams,
    bodyMaxBytes,
    summary: "Single logout of an identity provider, HTTP-POST binding",
    handle: async (handling, c) => {
      const find = await fromProvider(handling, handling.params.providerId);
      return goOn(c, await receiveLogout(handling, await inForm(c), find));
    },
  })
  .endpoint("get", "/saml/logout/:logoutId", {
    credentials: "session",
    params: LogoutParams,
    summary: "Where a browser arrives with a sign-out that another side asked for",
    handle: async (handling, c) => {
      const { logoutId } = handling.params;
      const next = await arrive(handling, logoutId, { isFramed: isFramed(c) });
      if (next === "page") return c.redirect(logoutPath(logoutId), 303);
      return c.redirect(next.url, 302);
    },
  })
  .screen("get", "/sign-out/:logoutId", {
    ...card,
    params: LogoutParams,
    input: LogoutQuery,
    writes: true,
    handle: async (handling) => {
      const { logoutId } = handling.params;
      const shown = await showLogout(handling, logoutId, handling.input.on !== undefined);
      allow(handling, shown);
      return { ...shown, path: logoutPath(logoutId) };
    },
    page: LogoutPage,
  })
  .screen("get", "/sign-out/:logoutId/progress", {
    ...card,
    params: LogoutParams,
    handle: async (handling) => {
      const path = logoutPath(handling.params.logoutId);
      const rows = await progressOf(handling, handling.params.logoutId);
      return rows === null ? redirect(path) : { rows, path };
    },
    page: ProgressRegion,
  });

/** What this one page may frame, and where its forms may go. */
function allow(handling: Any, shown: Shown): void {
  const formOf = (sending: Outgoing | null | undefined) => {
    if (sending?.kind === "form") handling.allowFormAction(sending.url);
  };
  switch (shown.kind) {
    case "telling":
      for (const { sending } of shown.frames) {
        handling.allowFrame(sending.url);
        formOf(sending);
      }
      return;
    case "onward":
      return formOf(shown.sending);
    case "done":
      for (const { there } of shown.rows) formOf(there);
      return formOf(shown.offer?.sending);
    default:
      return shown satisfies never;
  }
}

/** An answer that came in a frame of our page leaves that as it is: the page around it asks for itself. */
function goOn(c: HttpContext, path: string): Response {
  const isAnswer = !path.startsWith("/saml/");
  return isAnswer && isFramed(c) ? c.body(null, 204) : c.redirect(path, 303);
}

const isFramed = (c: HttpContext): boolean => c.req.header("sec-fetch-dest") === "iframe";

const inQuery = (c: HttpContext): InboundLogout => {
  const mark = c.req.url.indexOf("?");
  return { binding: "redirect", rawQuery: mark === -1 ? "" : c.req.url.slice(mark) };
};

/** @throws {messageInvalid} */
async function inForm(c: HttpContext): Promise<InboundLogout> {
  const mediaType = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded")
    throw messageInvalid({ reason: "not a form" });
  const form = new URLSearchParams(await c.req.text());
  const names = ["SAMLRequest", "SAMLResponse", "RelayState"];
  if (names.some((name) => form.getAll(name).length > 1))
    throw messageInvalid({ reason: "a field is repeated" });
  const field = (name: string) => form.get(name) ?? undefined;
  return {
    binding: "post",
    request: field("SAMLRequest"),
    response: field("SAMLResponse"),
    relayState: field("RelayState"),
  };
}
