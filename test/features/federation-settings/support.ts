// What the tests of the federation settings share: settings as a script sends them, keys and their certificates, a night's run.
import { expect } from "bun:test";
import { X509Certificate } from "node:crypto";
import { prepareKeys, queueIfDue } from "#features/federation-settings/jobs.ts";
import type { EndingKey, FederationSettings } from "#features/federation-settings/schema.ts";
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";
import type { Script } from "../../support/browser.ts";

export const path = "/settings/federation";
const day = 86_400_000;

export const settingsOf = async ({ api }: { api: Script }): Promise<FederationSettings> =>
  (await (await api.get(path)).json()) as FederationSettings;

/** Saves the settings in force with something else in them. */
export const put = async (
  { api }: { api: Script },
  change: Partial<Record<keyof FederationSettings, unknown>>,
): Promise<Response> => api.put(path, { ...(await settingsOf({ api })), ...change });

export const endingOf = async ({ api }: TestTenant): Promise<EndingKey[]> =>
  ((await (await api.get(`${path}/certificates`)).json()) as { items: EndingKey[] }).items;

export interface Connection {
  readonly kind: "applications" | "identity-providers";
  readonly id: string;
}

export interface Key {
  readonly id: string;
  readonly state: "next" | "active" | "retired";
  readonly certificate: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

const keysAt = ({ kind, id }: Connection) => `/${kind}/${id}/keys`;

export const keysOf = async ({ api }: TestTenant, of: Connection): Promise<Key[]> =>
  ((await (await api.get(keysAt(of))).json()) as { items: Key[] }).items;

export const statesOf = async (tenant: TestTenant, of: Connection) =>
  (await keysOf(tenant, of)).map(({ state }) => state);

export async function prepare({ api }: TestTenant, of: Connection): Promise<Key> {
  const answer = await api.post(keysAt(of));
  expect(answer.status).toBe(201);
  return (await answer.json()) as Key;
}

export const switchTo = ({ api }: TestTenant, of: Connection, { id }: Pick<Key, "id">) =>
  api.put(`${keysAt(of)}/${id}/activation`);

/** Whole years between the instants that a certificate itself names. */
export function yearsOf({ certificate }: Key): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return Math.round((Date.parse(validTo) - Date.parse(validFrom)) / (365.25 * day));
}

const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");
export const bareOf = ({ certificate }: Key) => bare(certificate);

/** The signing certificates in our metadata for a connection, in their order. */
export async function published({ newBrowser }: TestTenant, { kind, id }: Connection) {
  const at = kind === "applications" ? `/saml/idp/metadata/${id}` : `/saml/sp/metadata/${id}`;
  const xml = await (await newBrowser().get(at)).text();
  return Array.from(xml.matchAll(/X509Certificate>([^<]+)</g), ([, found = ""]) => bare(found));
}

/** Lets the certificate that signs for a connection end in so many days. */
export const endIn = (
  app: Pick<TestApp, "asSuperuser" | "clock">,
  { kind, id }: Connection,
  days: number,
) =>
  app.asSuperuser(
    kind === "applications"
      ? "update app.saml_keys set expires_at = $2 where application_id = $1 and state = 'active'"
      : "update app.identity_provider_keys set expires_at = $2 where identity_provider_id = $1 and state = 'active'",
    [id, new Date(app.clock.now().getTime() + days * day)],
  );

/** What the schedule does for one tenant, and then the worker. */
export async function night(app: TestApp, { tenant }: TestTenant): Promise<void> {
  await queueIfDue(tenant, app.clock.now());
  await app.runJobs();
}

/** One run of the job, as a worker makes it. */
export const runOnce = ({ services }: TestApp, { tenant }: TestTenant) =>
  prepareKeys.run({
    payload: {},
    tenant,
    services,
    signal: new AbortController().signal,
    attempt: 1,
  });

/** The messages about keys, oldest first. */
export const mailsOf = async (tenant: TestTenant) =>
  (await tenant.mails()).filter(({ subject }) => /certificates? at /.test(subject));
