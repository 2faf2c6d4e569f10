// Both other sides of signing out: an application that was signed in to, and a provider that somebody came in by. They write messages as
// templates, signed by xml-crypto or node's own crypto, and read ours by libraries that are not ours.
import { expect } from "bun:test";
import { inflateRawSync } from "node:zlib";
import { verifyInboundLogout } from "#protocols/saml/inbound-logout.ts";
import type { LogoutRequest, LogoutResponse } from "#protocols/saml/logout-messages.ts";
import { bindings, namespaces, statusCodes } from "#protocols/saml/constants.ts";
import { idpMetadata } from "../../protocols/saml/support/idp.ts";
import { theirs } from "../../protocols/saml/support/keys.ts";
import { deflated, signedQuery, signXml } from "../../protocols/saml/support/requests.ts";
import { protocolProblems } from "../../protocols/saml/support/schemas.ts";
import { headerProblems } from "../../http/support/answers.ts";
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anIdp, type Idp, ok, signInBy } from "../identity-providers/support.ts";
import { anSp, authnRequest, type Received, signOn, type Sp } from "../sso/support.ts";

export const slo = (
  url: string,
  { binding = bindings.redirect, answers }: { binding?: string; answers?: string } = {},
) =>
  `<md:SingleLogoutService Binding="${binding}" Location="${url}"${answers === undefined ? "" : ` ResponseLocation="${answers}"`}/>`;

export interface LogoutSp extends Sp {
  readonly sloUrl: string;
}

let counted = 0;

/** An application that takes part: with a certificate, and endpoints as wished. */
export async function aLogoutSp(
  tenant: TestTenant,
  wish: {
    name?: string;
    endpoints?: (url: string) => string;
    hasCertificate?: boolean;
    nameIdFormat?: string;
  } = {},
): Promise<LogoutSp> {
  const sloUrl = `https://slo${(counted += 1)}.example.org/slo`;
  const endpoints = wish.endpoints ?? slo;
  const sp = await anSp(tenant, {
    name: wish.name ?? `App ${counted}`,
    hasCertificate: wish.hasCertificate ?? true,
    // The schema has them before the rest.
    more: endpoints(sloUrl),
    ...(wish.nameIdFormat === undefined ? {} : { nameIdFormat: wish.nameIdFormat }),
  });
  return { ...sp, sloUrl };
}

/** Signs a browser in to an application; answers what the application was told. */
export const enter = (app: TestApp, browser: Browser, sp: Sp): Promise<Received> =>
  signOn(browser, sp, authnRequest(app, sp));

export interface RequestWish {
  readonly id?: string;
  readonly issuer?: string;
  readonly destination?: string;
  readonly at?: Date;
  readonly notOnOrAfter?: Date;
  readonly nameId?: string;
  readonly nameIdAttributes?: string;
  /** Null: none. */
  readonly sessionIndex?: string | null;
}

let messages = 0;
const roots = `xmlns:samlp="${namespaces.protocol}" xmlns:saml="${namespaces.assertion}"`;

export function logoutRequest(
  { clock }: Pick<TestApp, "clock">,
  to: { issuer: string; destination: string; nameId: string; sessionIndex: string | null },
  wish: RequestWish = {},
): string {
  const { id = `_logout${(messages += 1)}`, at = clock.now() } = wish;
  const wanted = { ...to, ...wish };
  const end = wish.notOnOrAfter ? ` NotOnOrAfter="${wish.notOnOrAfter.toISOString()}"` : "";
  const index =
    wanted.sessionIndex === null
      ? ""
      : `<samlp:SessionIndex>${wanted.sessionIndex}</samlp:SessionIndex>`;
  return (
    `<samlp:LogoutRequest ${roots} ID="${id}" Version="2.0" IssueInstant="${at.toISOString()}" Destination="${wanted.destination}"${end}>` +
    `<saml:Issuer>${wanted.issuer}</saml:Issuer><saml:NameID${wish.nameIdAttributes ?? ""}>${wanted.nameId}</saml:NameID>${index}</samlp:LogoutRequest>`
  );
}

export function logoutResponse(
  { clock }: Pick<TestApp, "clock">,
  to: {
    issuer: string;
    destination: string;
    inResponseTo: string | null;
    status?: string;
    subStatus?: string;
  },
): string {
  const { issuer, destination, inResponseTo, status = statusCodes.success, subStatus } = to;
  const inner = subStatus === undefined ? "" : `<samlp:StatusCode Value="${subStatus}"/>`;
  return (
    `<samlp:LogoutResponse ${roots} ID="_answer${(messages += 1)}" Version="2.0" IssueInstant="${clock.now().toISOString()}"` +
    ` Destination="${destination}"${inResponseTo === null ? "" : ` InResponseTo="${inResponseTo}"`}><saml:Issuer>${issuer}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${status}">${inner}</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>`
  );
}

export interface Way {
  readonly binding?: "redirect" | "post";
  readonly relayState?: string;
  /** Null: unsigned. */
  readonly key?: string | null;
  /** In a frame of somebody's page. */
  readonly isFramed?: boolean;
}

/** Brings a message to a path of ours, as a browser does from another site. */
export function bring(
  browser: Browser,
  path: string,
  parameter: "SAMLRequest" | "SAMLResponse",
  xml: string,
  { binding = "redirect", relayState, key = theirs.privateKeyPem, isFramed = false }: Way = {},
): Promise<Response> {
  const headers = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-dest": isFramed ? "iframe" : "document",
    ...(isFramed ? { cookie: undefined } : {}),
  };
  if (binding === "post") {
    const message = key === null ? xml : signXml(xml, { privateKeyPem: key });
    const fields = {
      [parameter]: Buffer.from(message).toString("base64"),
      ...(relayState === undefined ? {} : { RelayState: relayState }),
    };
    // A cross-site post carries no Lax cookie.
    return browser.post(path, fields, {
      headers: { ...headers, origin: "https://sp.example.org", cookie: undefined },
    });
  }
  const relay = relayState === undefined ? "" : `&RelayState=${encodeURIComponent(relayState)}`;
  const query =
    key === null
      ? `${parameter}=${deflated(xml)}${relay}`
      : signedQuery(xml, { parameter, relayState, key });
  return browser.get(`${path}?${query}`, { headers });
}

/** A request of an application for the session that it was told of. */
export function askFrom(
  app: TestApp,
  sp: LogoutSp,
  told: Received,
  wish: RequestWish = {},
): string {
  const { nameId, sessionIndex } = told;
  if (nameId === null || sessionIndex === null) throw new Error("the assertion names no session");
  const destination = `${sp.tenant.origin}/saml/idp/slo`;
  return logoutRequest(app, { issuer: sp.entityId, destination, nameId, sessionIndex }, wish);
}

export const sendFrom = (browser: Browser, xml: string, way?: Way) =>
  bring(browser, "/saml/idp/slo", "SAMLRequest", xml, way);

/** Follows our own redirects from a first answer to what is no redirect to ourselves. */
export async function follow(
  browser: Browser,
  answer: Response,
  { isFramed = false } = {},
): Promise<Response> {
  let at = answer;
  for (let step = 0; step < 5; step += 1) {
    const to = at.headers.get("location");
    if (at.status < 300 || at.status > 399 || to === null || !to.startsWith("/")) return at;
    at = await browser.get(to, {
      headers: {
        "sec-fetch-site": "cross-site",
        ...(isFramed ? { cookie: undefined, "sec-fetch-dest": "iframe" } : {}),
      },
    });
  }
  throw new Error("round in a circle");
}

const unescaped = (text: string) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

export interface Sent<Message> {
  readonly url: string;
  readonly message: Message;
  readonly relayState: string | null;
  readonly xml: string;
}

/** A message of ours out of an address or a form, verified with the certificate that our metadata publishes. */
async function read<Message>(
  metadataPath: { tenant: TestTenant; path: string },
  from: { url: string; fields: Readonly<Record<string, string>> | null },
  parameter: "SAMLRequest" | "SAMLResponse",
): Promise<Sent<Message>> {
  const metadata = await (await metadataPath.tenant.newBrowser().get(metadataPath.path)).text();
  const certificate = /<(?:\w+:)?X509Certificate>([^<]+)</.exec(metadata)?.[1] ?? "";
  const text = (name: string) => from.fields?.[name];
  const { message } = verifyInboundLogout(
    from.fields === null
      ? { binding: "redirect", rawQuery: new URL(from.url).search }
      : {
          binding: "post",
          request: text("SAMLRequest"),
          response: text("SAMLResponse"),
          relayState: undefined,
        },
    [certificate],
  );
  const url = new URL(from.url);
  const packed = from.fields?.[parameter] ?? url.searchParams.get(parameter) ?? "";
  const bytes = Buffer.from(packed, "base64");
  const xml = (from.fields === null ? inflateRawSync(bytes) : bytes).toString();
  expect(protocolProblems(xml)).toEqual([]);
  const relayState =
    from.fields === null ? url.searchParams.get("RelayState") : (from.fields["RelayState"] ?? null);
  return {
    url: from.fields === null ? from.url.slice(0, from.url.indexOf("?")) : from.url,
    message: message as Message,
    relayState,
    xml,
  };
}

const metadataOf = (peer: Sp | Idp) => ({
  tenant: peer.tenant,
  path: new URL("application" in peer ? peer.application.metadataUrl : peer.connection.metadataUrl)
    .pathname,
});

/** Where a page of ours, or a redirect, takes the browser by itself: the link, or the form. */
export async function onward(
  answer: Response,
): Promise<{ url: string; fields: Record<string, string> | null }> {
  expect(headerProblems(answer)).toEqual([]);
  const location = answer.headers.get("location");
  if (location !== null) return { url: location, fields: null };
  const page = await answer.text();
  const link = /<a[^>]* href="([^"]+)"[^>]*data-auto-follow/.exec(page)?.[1];
  if (link !== undefined) return { url: unescaped(link), fields: null };
  const action = /<form[^>]* action="([^"]+)"[^>]*data-auto-submit/.exec(page)?.[1];
  if (action === undefined)
    throw new Error(`the page leads nowhere by itself: ${answer.status} ${page.slice(0, 3_000)}`);
  return { url: unescaped(action), fields: fieldsIn(page) };
}

const fieldsIn = (html: string): Record<string, string> =>
  Object.fromEntries(
    Array.from(
      html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g),
      ([, name = "", value = ""]) => [name, unescaped(value)],
    ),
  );

/** The answer that a peer is given. */
export const answerTo = async (peer: Sp | Idp, answer: Response): Promise<Sent<LogoutResponse>> =>
  read(metadataOf(peer), await onward(answer), "SAMLResponse");

/** The request that a peer is sent by a page or an address. */
export const requestTo = async (
  peer: Sp | Idp,
  from: { url: string; fields: Readonly<Record<string, string>> | null },
): Promise<Sent<LogoutRequest>> => read(metadataOf(peer), from, "SAMLRequest");

/** The frames of a page in which applications are told: their addresses, and what is posted into them. */
export function framesOf(page: string): { url: string; fields: Record<string, string> | null }[] {
  const frames = Array.from(page.matchAll(/<iframe name="([^"]+)"[^>]*>/g), ([tag, name = ""]) => {
    const src = / src="([^"]+)"/.exec(tag)?.[1];
    if (src !== undefined) return { url: unescaped(src), fields: null };
    const form = new RegExp(
      `<form[^>]* action="([^"]+)" target="${name}"[^>]*>(.*?)</form>`,
      "s",
    ).exec(page);
    return { url: unescaped(form?.[1] ?? ""), fields: fieldsIn(form?.[2] ?? "") };
  });
  return frames;
}

/** What the page says of each application: name → words. */
export const saidOn = (page: string): Record<string, string> =>
  Object.fromEntries(
    Array.from(
      page.matchAll(/<dt>([^<]+)<\/dt><dd>.*?<span class="status"[^>]*>([^<]+)</gs),
      ([, name = "", words = ""]) => [unescaped(name), unescaped(words)],
    ),
  );

/** Presses "Sign out" and answers the page that follows. */
export async function pressSignOut(
  browser: Browser,
): Promise<{ path: string; page: string; answer: Response }> {
  const sent = await browser.post("/sign-out");
  const path = sent.headers.get("location") ?? "";
  expect(sent.status).toBe(303);
  const answer = await browser.get(path);
  expect(headerProblems(answer)).toEqual([]);
  return { path, page: await answer.clone().text(), answer };
}

/** Whether the browser's session opens anything. */
export const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.get("/profile")).status === 200;

/** A provider that takes part, with somebody who came in by it. */
export async function aLogoutIdp(
  tenant: TestTenant,
  wish: { logout?: "always" | "offer" | "never"; endpoints?: (url: string) => string } = {},
): Promise<Idp & { readonly sloUrl: string; readonly ourSloUrl: string }> {
  const idp = await anIdp(tenant);
  const sloUrl = `https://idp-slo${(counted += 1)}.example.org/slo`;
  const metadataXml = idpMetadata({
    entityId: idp.entityId,
    endpoints:
      (wish.endpoints ?? slo)(sloUrl) +
      `<md:SingleSignOnService Binding="${bindings.redirect}" Location="${idp.ssoUrl}"/>`,
  });
  await ok(tenant.api.put(`/identity-providers/${idp.id}/description`, { metadataXml }));
  if (wish.logout)
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { logout: wish.logout }));
  return { ...idp, sloUrl, ourSloUrl: `${tenant.origin}/saml/sp/slo/${idp.id}` };
}

/** Comes in by a provider; answers the browser. */
export async function comeIn(
  app: TestApp,
  tenant: TestTenant,
  idp: Idp,
  nameId = "00u-ada",
): Promise<Browser> {
  const browser = tenant.newBrowser();
  const answer = await signInBy(app, browser, idp, {
    nameId,
    typed: `${nameId}@${idp.domain}`,
    email: `${nameId}@${idp.domain}`,
  });
  expect(answer.status).toBe(303);
  expect(await isSignedIn(browser)).toBe(true);
  return browser;
}
