// Replacing the key that signs for an application: published first, signing later, gone in the end.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { sweepOnce } from "../../support/sweep.ts";
import { anSp, authnRequest, signOn } from "../sso/support.ts";
import { refusalOf, register } from "./support.ts";

const app = await testApp();

interface Key {
  readonly id: string;
  readonly state: "next" | "active" | "retired";
  readonly certificate: string;
  readonly fingerprintSha256: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly retiredAt: string | null;
}

const keysPath = (id: string) => `/applications/${id}/keys`;
async function keysOf({ api }: TestTenant, id: string): Promise<Key[]> {
  return ((await (await api.get(keysPath(id))).json()) as { items: Key[] }).items;
}
async function prepare({ api }: TestTenant, id: string): Promise<Key> {
  const answer = await api.post(keysPath(id));
  expect(answer.status).toBe(201);
  return (await answer.json()) as Key;
}
const switchTo = ({ api }: TestTenant, id: string, key: Pick<Key, "id">) =>
  api.put(`${keysPath(id)}/${key.id}/activation`);

const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");
/** The certificates in our metadata for an application, in their order. */
async function published({ newBrowser }: TestTenant, id: string): Promise<string[]> {
  const xml = await (await newBrowser().get(`/saml/idp/metadata/${id}`)).text();
  return Array.from(xml.matchAll(/X509Certificate>([^<]+)</g), ([, found = ""]) => bare(found));
}
const signedWith = (xml: string) => bare(/X509Certificate>([^<]+)</.exec(xml)?.[1] ?? "");

describe("a key is replaced in two steps", () => {
  test("the next is published before it signs, signs after the switch, and the former is gone from both", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const { id } = sp.application;
    const signing = async () =>
      signedWith((await signOn(tenant.browser, sp, authnRequest(app, sp))).xml);
    const [former] = await keysOf(tenant, id);
    expect(former).toMatchObject({ state: "active", retiredAt: null });
    const [first, second] = [bare(former!.certificate), await prepare(tenant, id)];
    expect(second).toMatchObject({ state: "next", retiredAt: null });

    expect(await published(tenant, id)).toEqual([first, bare(second.certificate)]);
    expect(await signing()).toBe(first);

    expect((await switchTo(tenant, id, second)).status).toBe(200);
    expect(await published(tenant, id)).toEqual([bare(second.certificate)]);
    expect(await signing()).toBe(bare(second.certificate));
    expect(await keysOf(tenant, id)).toMatchObject([
      { id: second.id, state: "active" },
      { id: former!.id, state: "retired", retiredAt: expect.any(String) },
    ]);
  });

  test("each step is in the audit trail with the fingerprints", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const [former] = await keysOf(tenant, id);
    const next = await prepare(tenant, id);
    await switchTo(tenant, id, next);
    const about = { applicationId: id, name: "Wiki", keyId: next.id };
    expect(await tenant.events("application.key_prepared")).toMatchObject([
      { actorKind: "client", data: { ...about, fingerprint: next.fingerprintSha256 } },
    ]);
    expect(await tenant.events("application.key_switched")).toMatchObject([
      {
        data: {
          ...about,
          fingerprint: next.fingerprintSha256,
          formerKeyId: former!.id,
          formerFingerprint: former!.fingerprintSha256,
        },
      },
    ]);
  });

  test("the private half of a retired key is erased at once, and its certificate leaves after thirty days", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    await switchTo(tenant, id, await prepare(tenant, id));
    const rows = () =>
      app.asSuperuser<{ state: string; erased: boolean }>(
        `select state::text, sealed_key is null as erased from app.saml_keys
         where application_id = $1 order by state`,
        [id],
      );
    expect(await rows()).toEqual([
      { state: "active", erased: false },
      { state: "retired", erased: true },
    ]);
    const sweepAfter = async (days: number) => {
      app.clock.advance({ days });
      await sweepOnce(app, tenant);
      return (await rows()).map(({ state }) => state);
    };
    expect(await sweepAfter(29)).toEqual(["active", "retired"]);
    expect(await sweepAfter(2)).toEqual(["active"]);
  });

  test("a prepared key can be discarded: it leaves the metadata and never signed", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const before = await published(tenant, id);
    const next = await prepare(tenant, id);
    expect((await tenant.api.delete(`${keysPath(id)}/${next.id}`)).status).toBe(200);
    expect(await published(tenant, id)).toEqual(before);
    expect(await tenant.events("application.key_discarded")).toMatchObject([
      { data: { keyId: next.id, fingerprint: next.fingerprintSha256 } },
    ]);
    // And another can be prepared.
    await prepare(tenant, id);
  });

  test("keys of other applications stay as they are", async () => {
    const tenant = await app.aTenant();
    const [one, other] = [await register(tenant), await register(tenant)];
    const before = await keysOf(tenant, other.id);
    await switchTo(tenant, one.id, await prepare(tenant, one.id));
    expect(await keysOf(tenant, other.id)).toEqual(before);
  });
});

describe("refusals", () => {
  test("a second key is not prepared beside the first, not even at the same moment", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const answers = await Promise.all([1, 2, 3].map(() => tenant.api.post(keysPath(id))));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "409", "409"]);
    expect(await refusalOf(await tenant.api.post(keysPath(id)))).toMatchObject({
      status: 409,
      code: "applications.key_is_prepared",
    });
    expect(await tenant.events("application.key_prepared")).toHaveLength(1);
  });

  test("only the prepared key can be switched to or discarded, once", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const [active] = await keysOf(tenant, id);
    const next = await prepare(tenant, id);
    const discard = (key: Pick<Key, "id">) => tenant.api.delete(`${keysPath(id)}/${key.id}`);
    expect((await discard(active!)).status).toBe(409);
    expect((await switchTo(tenant, id, active!)).status).toBe(409);
    const races = await Promise.all([1, 2, 3].map(() => switchTo(tenant, id, next)));
    expect(races.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409", "409"]);
    expect((await discard(next)).status).toBe(409);
    expect((await discard({ id: crypto.randomUUID() })).status).toBe(404);
    expect(await tenant.events("application.key_switched")).toHaveLength(1);
  });

  test("a key of another application is not this one's", async () => {
    const tenant = await app.aTenant();
    const [one, other] = [await register(tenant), await register(tenant)];
    const next = await prepare(tenant, other.id);
    expect((await switchTo(tenant, one.id, next)).status).toBe(404);
    expect((await tenant.api.delete(`${keysPath(one.id)}/${next.id}`)).status).toBe(404);
    expect((await keysOf(tenant, other.id)).map(({ state }) => state)).toEqual(["active", "next"]);
  });

  test("admins see the keys, and change none", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const { id } = await register(tenant);
    const next = await prepare(tenant, id);
    const page = await (await tenant.browser.get(`/applications/${id}`)).text();
    expect(page).toContain(next.fingerprintSha256);
    expect(page).not.toContain("/activation");
    const script = await tenant.script("admin");
    expect((await script.get(keysPath(id))).status).toBe(200);
    expect((await script.post(keysPath(id))).status).toBe(403);
    expect((await script.put(`${keysPath(id)}/${next.id}/activation`)).status).toBe(403);
    expect((await script.delete(`${keysPath(id)}/${next.id}`)).status).toBe(403);
  });

  test("another tenant neither sees nor changes them", async () => {
    const [ours, theirs] = [await app.aTenant({ signedInAs: "super_admin" }), await app.aTenant()];
    const { id } = await register(theirs);
    const next = await prepare(theirs, id);
    const before = await keysOf(theirs, id);
    const own = await register(ours);
    for (const of of [id, own.id]) {
      const path = `${keysPath(of)}/${next.id}`;
      expect((await ours.api.put(`${path}/activation`)).status).toBe(404);
      expect((await ours.api.delete(path)).status).toBe(404);
      expect((await ours.browser.get(`${path}/activation`)).status).toBe(404);
      expect((await ours.browser.get(`${path}/deletion`)).status).toBe(404);
    }
    expect((await ours.api.get(keysPath(id))).status).toBe(404);
    expect((await ours.api.post(keysPath(id))).status).toBe(404);
    expect(await keysOf(theirs, id)).toEqual(before);
  });

  test("no answer holds a private key", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const text = JSON.stringify([await prepare(tenant, id), await keysOf(tenant, id)]);
    expect(text).not.toMatch(/private|sealed/i);
  });
});

describe("the pages", () => {
  test("offer to prepare, then to switch or discard, and ask before", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { browser } = tenant;
    const { id } = await register(tenant);
    const path = `/applications/${id}`;
    const text = async (at: string) => (await browser.get(at)).text();
    expect(await text(path)).toContain("Prepare next key");
    const answer = await browser.post(`${path}/keys`);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    const page = await text(path);
    expect(page).toContain("The next key is prepared.");
    expect(page).not.toContain("Prepare next key");
    expect(await text(`/saml/idp/setup/${id}`)).toContain("Next signing certificate");
    const next = (await keysOf(tenant, id)).find(({ state }) => state === "next")!;
    const question = await text(`${path}/keys/${next.id}/activation`);
    expect(question).toContain("Sign for Wiki with the next key?");
    expect(question).toContain("this cannot be undone");
    expect(await text(`${path}/keys/${next.id}/deletion`)).toContain("Discard the prepared key?");
    const switched = await browser.put(`${path}/keys/${next.id}/activation`);
    expect([switched.status, switched.headers.get("location")]).toEqual([303, path]);
    expect(await text(path)).toContain("Retired");
  });

  test("warn of a certificate that expires within the window, and say what is to be done", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant);
    const text = async () => (await tenant.browser.get(`/applications/${id}`)).text();
    const expireIn = (days: number) =>
      app.asSuperuser("update app.saml_keys set expires_at = $2 where application_id = $1", [
        id,
        new Date(app.clock.now().getTime() + days * 86_400_000),
      ]);
    await expireIn(91);
    expect(await text()).not.toContain("The certificate that we sign with");
    await expireIn(89);
    expect(await text()).toContain("The certificate that we sign with expires on");
    expect(await text()).toContain("The next key is prepared by itself within a day");
    await expireIn(-1);
    expect(await text()).toContain("The certificate that we sign with has expired on");
    const next = await prepare(tenant, id);
    expect(await text()).toContain("then switch to it");
    await switchTo(tenant, id, next);
    expect(await text()).not.toContain("The certificate that we sign with");
  });
});
