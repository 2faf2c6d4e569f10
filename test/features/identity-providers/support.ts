// An identity provider beside the application: registered as an administrator does it, asked by a browser, and answering by post from
// another site.
import { expect } from "bun:test";
import { inflateRawSync } from "node:zlib";
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import {
  idpMetadata,
  type ResponseParts,
  responseXml,
  signAssertion,
} from "../../protocols/saml/support/idp.ts";
import { theirs } from "../../protocols/saml/support/keys.ts";
import { setPolicy } from "../sign-in/support.ts";

export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly entityId: string;
  readonly acsUrl: string;
  readonly metadataUrl: string;
  readonly setupUrl: string;
  readonly domains: readonly string[];
  readonly isDefault: boolean;
  readonly peopleCount: number;
  readonly provider: { readonly entityId: string; readonly signingCertificates: string[] } | null;
}

export interface Idp {
  readonly tenant: TestTenant;
  readonly connection: Connection;
  readonly id: string;
  readonly entityId: string;
  readonly ssoUrl: string;
  /** The domain that is bound to it. */
  readonly domain: string;
}

export interface IdpWish {
  readonly preset?: "okta" | "entra" | "google" | "other";
  readonly state?: "draft" | "enabled";
  readonly domain?: string | null;
  readonly trustsSecondStep?: boolean;
  readonly createsPeople?: boolean;
  readonly binding?: "redirect" | "post";
  readonly certificates?: readonly string[];
}

let counted = 0;

export async function ok<T>(sent: Promise<Response>): Promise<T> {
  const answer = await sent;
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Registers a provider, described by its metadata, with one domain. */
export async function anIdp(tenant: TestTenant, wish: IdpWish = {}): Promise<Idp> {
  counted += 1;
  const { api } = tenant;
  const host = `https://idp${counted}.example.org`;
  const [entityId, ssoUrl] = [`${host}/metadata`, `${host}/sso`];
  const domain = wish.domain === undefined ? `company${counted}.example` : wish.domain;
  const binding = wish.binding === "post" ? "HTTP-POST" : "HTTP-Redirect";
  const name = `Okta ${counted}`;
  const { id } = await ok<Connection>(
    api.post("/identity-providers", { name, preset: wish.preset ?? "okta" }),
  );
  const path = `/identity-providers/${id}`;
  const metadataXml = idpMetadata({
    entityId,
    certificates: wish.certificates ?? [theirs.signing.certificate],
    endpoints: `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${ssoUrl}"/>`,
  });
  await ok(api.put(`${path}/description`, { metadataXml }));
  if (domain !== null) await ok(api.post(`${path}/domains`, { domain }));
  const { trustsSecondStep = true, createsPeople = true } = wish;
  await ok(api.patch(path, { trustsSecondStep, createsPeople }));
  if (wish.state !== "draft") await ok(api.delete(`${path}/disablement`));
  const connection = await ok<Connection>(api.get(path));
  return { tenant, connection, id, entityId, ssoUrl, domain: domain ?? "" };
}

/** What the browser was sent to the provider with. */
export interface Asked {
  readonly id: string;
  readonly xml: string;
  readonly url: string;
}

const unescaped = (text: string) =>
  text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");

/** The request on a page that leads on to the provider. */
export function askedOn(page: string): Asked {
  const link = unescaped(/<a[^>]* href="([^"]+)"[^>]*data-auto-follow/.exec(page)?.[1] ?? "");
  const posted = /name="SAMLRequest" value="([^"]+)"/.exec(page)?.[1];
  const packed = link === "" ? posted : new URL(link).searchParams.get("SAMLRequest");
  if (!packed) throw new Error(`no request on the page: ${page.slice(0, 2_000)}`);
  const bytes = Buffer.from(packed, "base64");
  const xml = (link === "" ? bytes : inflateRawSync(bytes)).toString();
  const url = link === "" ? (/<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? "") : link;
  return { id: / ID="([^"]+)"/.exec(xml)?.[1] ?? "", xml, url };
}

/** From the address to the provider. */
export async function toProvider(
  browser: Browser,
  email: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const answer = await browser.post("/sign-in", { email, return_to: "/", ...fields });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in/provider"]);
  return askedOn(await (await browser.get("/sign-in/provider")).text());
}

export interface Person {
  readonly nameId?: string;
  readonly email?: string | null;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

let assertions = 0;

/** A response of the provider, unsigned, to a request; by the application's clock. */
export function responseTo(
  { clock }: Pick<TestApp, "clock">,
  idp: Idp,
  request: Pick<Asked, "id">,
  {
    nameId = "00u-ada",
    email,
    firstName = "Ada",
    lastName = "Lovelace",
    ...parts
  }: Person & ResponseParts = {},
): string {
  assertions += 1;
  const address = email === undefined ? `ada@${idp.domain}` : email;
  const attributes = Object.fromEntries(
    Object.entries({ email: address, firstName, lastName }).flatMap(([name, value]) =>
      value === null ? [] : [[name, [value]]],
    ),
  );
  return responseXml({
    id: `_response${assertions}`,
    assertionId: `_assertion${assertions}`,
    now: clock.now(),
    inResponseTo: request.id,
    destination: idp.connection.acsUrl,
    recipient: idp.connection.acsUrl,
    audience: idp.connection.entityId,
    issuer: idp.entityId,
    nameId,
    ...parts,
    attributes: { ...attributes, ...parts.attributes },
  });
}

/** Posts a response as a provider's page does: from another site, so that no cookie comes along. */
export function postResponse(
  browser: Browser,
  idp: Pick<Idp, "id">,
  xml: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const headers = {
    "sec-fetch-site": "cross-site",
    origin: "https://idp.example.org",
    cookie: undefined,
  };
  const SAMLResponse = Buffer.from(xml).toString("base64");
  return browser.post(`/saml/sp/acs/${idp.id}`, { SAMLResponse, ...fields }, { headers });
}

/** The provider names somebody in answer to a request; answers the answer of the page of ours that the browser comes back to. */
export async function answer(
  app: Pick<TestApp, "clock">,
  browser: Browser,
  idp: Idp,
  { request, ...person }: Person & ResponseParts & { readonly request: Asked },
): Promise<Response> {
  const posted = await postResponse(
    browser,
    idp,
    signAssertion(responseTo(app, idp, request, person)),
  );
  const back = posted.headers.get("location") ?? "";
  if (posted.status !== 303) throw new Error(`${posted.status}: ${await posted.text()}`);
  return browser.get(back, { headers: { "sec-fetch-site": "cross-site" } });
}

/** The whole way; answers the last answer. */
export async function signInBy(
  app: Pick<TestApp, "clock">,
  browser: Browser,
  idp: Idp,
  person: Person & ResponseParts & { readonly typed?: string } = {},
): Promise<Response> {
  const { typed = `ada@${idp.domain}`, ...rest } = person;
  const request = await toProvider(browser, typed);
  return answer(app, browser, idp, { request, ...rest });
}

/** Makes a provider the tenant's default, beside the settings page. */
export const makeDefault = (tenant: TestTenant, { id }: Pick<Idp, "id">) =>
  setPolicy(tenant, { default_identity_provider_id: id as never });
