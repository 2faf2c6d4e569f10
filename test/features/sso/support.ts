// A service provider for tests of single sign-on: registers itself, asks by either binding, reads what is posted to it. Whatever we
// emit is judged on the way: by the OASIS schema, by xml-crypto with the published certificate, and by the page's own policy.
import { expect } from "bun:test";
import { XMLSerializer } from "@xmldom/xmldom";
import { XmlAttribute, XmlDocument, XmlElement } from "libxml2-wasm";
import { SignedXml } from "xml-crypto";
import { namespaces } from "#protocols/saml/constants.ts";
import { descendants, isNamed, messageLimits, readXml } from "#protocols/saml/xml.ts";
import { theirs } from "../../protocols/saml/support/keys.ts";
import { deflated, signedQuery, signXml } from "../../protocols/saml/support/requests.ts";
import { protocolProblems } from "../../protocols/saml/support/schemas.ts";
import { acs, descriptor, keyDescriptor } from "../../protocols/saml/support/sp-metadata.ts";
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { stateOf } from "../../http/support/state.ts";
import { register, type Registered } from "../applications/support.ts";

export interface Sp {
  readonly application: Registered;
  readonly entityId: string;
  readonly acsUrl: string;
  readonly tenant: TestTenant;
}

export interface SpWish {
  readonly name?: string;
  /** True for everyone unless told otherwise. */
  readonly availableToAll?: boolean;
  readonly nameIdFormat?: string;
  /** Its metadata carries a certificate; `signs`: and says that it signs its requests. */
  readonly hasCertificate?: boolean;
  readonly signs?: boolean;
  /** Further endpoints, as metadata. */
  readonly more?: string;
}

let providers = 0;

/** Registers a service provider from its metadata. */
export async function anSp(tenant: TestTenant, wish: SpWish = {}): Promise<Sp> {
  const host = `https://sso${(providers += 1)}.example.org`;
  const [entityId, acsUrl] = [`${host}/metadata`, `${host}/acs`];
  const key =
    wish.hasCertificate || wish.signs ? keyDescriptor(theirs.signing.certificate, "signing") : "";
  const format = wish.nameIdFormat ? `<md:NameIDFormat>${wish.nameIdFormat}</md:NameIDFormat>` : "";
  const endpoint = acs(`Location="${acsUrl}" index="0" isDefault="true"`);
  const metadataXml = descriptor(key + format + endpoint + (wish.more ?? ""), {
    id: entityId,
    role: `AuthnRequestsSigned="${wish.signs === true}"`,
  });
  const { name = "Wiki", availableToAll = true } = wish;
  const application = await register(tenant, { name, metadataXml, availableToAll });
  return { application, entityId, acsUrl, tenant };
}

export interface RequestWish {
  readonly id?: string;
  readonly issuer?: string;
  readonly at?: Date;
  readonly destination?: string | null;
  /** Further attributes of the root, such as `ForceAuthn="true"`. */
  readonly attributes?: string;
  /** Further elements behind the Issuer. */
  readonly children?: string;
}

let requests = 0;

/** An AuthnRequest of this provider, by the application's clock. */
export function authnRequest(
  { clock }: Pick<TestApp, "clock">,
  sp: Sp,
  wish: RequestWish = {},
): string {
  const { id = `_request${(requests += 1)}`, issuer = sp.entityId, at = clock.now() } = wish;
  const { destination = sp.application.ssoUrl, attributes = "", children = "" } = wish;
  const roots = `xmlns:samlp="${namespaces.protocol}" xmlns:saml="${namespaces.assertion}"`;
  const to = destination === null ? "" : `Destination="${destination}"`;
  return (
    `<samlp:AuthnRequest ${roots} ID="${id}" Version="2.0" IssueInstant="${at.toISOString()}" ${to} ${attributes}>` +
    `<saml:Issuer>${issuer}</saml:Issuer>${children}</samlp:AuthnRequest>`
  );
}

export interface Way {
  readonly binding?: "redirect" | "post";
  readonly relayState?: string;
  readonly signed?: boolean;
}

/** Sends the browser to us with a request: from another site, as applications do. */
export function send(browser: Browser, xml: string, way: Way = {}): Promise<Response> {
  const { binding = "redirect", relayState, signed = false } = way;
  const headers = { "sec-fetch-site": "cross-site", origin: "https://sp.example.org" };
  if (binding === "post") {
    const message = Buffer.from(signed ? signXml(xml) : xml).toString("base64");
    const fields = {
      SAMLRequest: message,
      ...(relayState === undefined ? {} : { RelayState: relayState }),
    };
    // A cross-site post carries no Lax cookie.
    return browser.post("/saml/idp/sso", fields, { headers: { ...headers, cookie: undefined } });
  }
  const relay = relayState === undefined ? "" : `&RelayState=${encodeURIComponent(relayState)}`;
  const query = signed ? signedQuery(xml, { relayState }) : `SAMLRequest=${deflated(xml)}${relay}`;
  return browser.get(`/saml/idp/sso?${query}`, { headers: { "sec-fetch-site": "cross-site" } });
}

/** Sends a request that is taken, and answers where it waits. */
export async function waitingAt(browser: Browser, xml: string, way?: Way): Promise<string> {
  const answer = await send(browser, xml, way);
  const path = answer.headers.get("location") ?? "";
  expect([answer.status, path]).toEqual([
    303,
    expect.stringMatching(/^\/saml\/idp\/sso\/[0-9a-f-]{36}$/),
  ]);
  return path;
}

/** What reaches the application. */
export interface Received {
  readonly acsUrl: string;
  readonly relayState: string | null;
  readonly xml: string;
  /** The last part of the status code, and of the second one where there is one: "Success", "Responder NoPassive". */
  readonly status: string;
  readonly inResponseTo: string | null;
  readonly issuer: string;
  readonly nameId: string | null;
  readonly nameIdFormat: string | null;
  readonly audience: string | null;
  readonly context: string | null;
  readonly sessionIndex: string | null;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** Reads the page that posts a message by itself. @throws when it is another page, or the message is not sound */
export async function received(answer: Response, sp: Sp): Promise<Received> {
  const page = await answer.text();
  const posts = isPosting(page);
  expect([answer.status, posts, posts ? "" : headingOf(page)]).toEqual([200, true, ""]);
  const acsUrl = unescaped(/<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? "");
  const xml = Buffer.from(fieldOf(page, "SAMLResponse") ?? "", "base64").toString();
  const policy = answer.headers.get("content-security-policy") ?? "";
  // The application may redirect what is posted to it, and browsers hold that against the page that posted.
  expect(policy).toContain("form-action 'self' https:;");
  expect(protocolProblems(xml)).toEqual([]);
  await expectSigned(xml, sp);
  return { acsUrl, relayState: fieldOf(page, "RelayState"), xml, ...factsOf(xml) };
}

/** Whether a page posts a message by itself. */
export const isPosting = (page: string) => page.includes('name="SAMLResponse"');
export const headingOf = (page: string) => /<h1>(.*?)<\/h1>/s.exec(page)?.[1] ?? page.slice(0, 500);

const fieldOf = (page: string, name: string) => {
  const value = new RegExp(`<input[^>]* name="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1];
  return value === undefined ? null : unescaped(value);
};

const unescaped = (text: string) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

function factsOf(xml: string): Omit<Received, "acsUrl" | "relayState" | "xml"> {
  const document = XmlDocument.fromString(xml);
  const prefixes = { p: namespaces.protocol, a: namespaces.assertion };
  const one = (path: string) => {
    const node = document.get(path, prefixes);
    if (node instanceof XmlAttribute) return node.value;
    return node instanceof XmlElement ? node.content : null;
  };
  const all = (path: string) =>
    document.find(path, prefixes).map((node) => (node instanceof XmlElement ? node.content : ""));
  try {
    const names = document
      .find("//a:Attribute/@Name", prefixes)
      .map((node) => (node as XmlAttribute).value);
    const codes = [
      one("//p:Status/p:StatusCode/@Value"),
      one("//p:StatusCode/p:StatusCode/@Value"),
    ];
    return {
      status: codes.flatMap((code) => code?.split(":").at(-1) ?? []).join(" "),
      inResponseTo: one("/p:Response/@InResponseTo"),
      issuer: one("/p:Response/a:Issuer") ?? "",
      nameId: one("//a:Subject/a:NameID"),
      nameIdFormat: one("//a:Subject/a:NameID/@Format"),
      audience: one("//a:Audience"),
      context: one("//a:AuthnContextClassRef"),
      sessionIndex: one("//a:AuthnStatement/@SessionIndex"),
      attributes: Object.fromEntries(
        names.map((name) => [name, all(`//a:Attribute[@Name="${name}"]/a:AttributeValue`)]),
      ),
    };
  } finally {
    document.dispose();
  }
}

/** The assertion, or where there is none the response, is signed with the application's published key. */
async function expectSigned(xml: string, { application, tenant }: Sp): Promise<void> {
  const metadata = await (
    await tenant.newBrowser().get(new URL(application.metadataUrl).pathname)
  ).text();
  const certificate =
    /<(?:\w+:)?X509Certificate>([^<]+)</.exec(metadata)?.[1]?.replace(/\s/g, "") ?? "";
  const root = readXml(xml, messageLimits);
  const signature = [...descendants(root)].find((element) =>
    isNamed(element, namespaces.signature, "Signature"),
  );
  if (!signature) throw new Error("nothing is signed");
  const verifier = new SignedXml({
    publicCert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----`,
  });
  verifier.loadSignature(new XMLSerializer().serializeToString(signature));
  expect(verifier.checkSignature(xml)).toBe(true);
  const [signed = ""] = verifier.getSignedReferences();
  expect(signed).toMatch(
    xml.includes("saml:Assertion ") ? /^<saml:Assertion / : /^<samlp:Response /,
  );
}

/** The hidden fields of the consent page: what it sends besides its buttons. */
export function fieldsOf(page: string, path: string): Record<string, string> {
  const form = page.slice(page.indexOf(`action="${path}/consent"`));
  const inner = form.slice(0, form.indexOf("</form>"));
  const fields = inner.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries(
    Array.from(fields, ([, name = "", value = ""]) => [name, unescaped(value)]),
  );
}

/** Looks at the consent page and agrees, as its button does. */
export async function agree(browser: Browser, path: string): Promise<Response> {
  const page = await (await browser.get(path)).text();
  return browser.post(`${path}/consent`, { ...fieldsOf(page, path), choice: "continue" });
}

/** From the request to the message, through the consent page when there is one. */
export async function signOn(browser: Browser, sp: Sp, xml: string, way?: Way): Promise<Received> {
  const path = await waitingAt(browser, xml, way);
  const page = await browser.get(path);
  const asks = (await page.clone().text()).includes(`${path}/consent`);
  return received(asks ? await agree(browser, path) : page, sp);
}

/** A refused request: the page's status and title, the code in the audit trail; nothing waits and nothing else was written. */
export async function refusedBy(
  app: Pick<TestApp, "asSuperuser">,
  tenant: TestTenant,
  sent: () => Promise<Response>,
) {
  const { audit_events: _, limits: __, ...before } = await stateOf(app, tenant);
  const answer = await sent();
  const { audit_events: ___, limits: ____, ...after } = await stateOf(app, tenant);
  expect(after).toEqual(before);
  expect(headerProblems(answer)).toEqual([]);
  const page = await answer.text();
  expect(page).not.toContain("SAMLResponse");
  const event = (await tenant.events("sso.request_refused")).at(-1);
  return {
    status: answer.status,
    code: event?.data["code"],
    isPage: page.startsWith("<!doctype html>"),
  };
}

export const refused = (code: string, status = 400) => ({ status, code, isPage: true });
