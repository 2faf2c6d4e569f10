// Keys that come to their end: the next one is prepared by itself, people are told, and nothing is switched.
import { describe, expect, test } from "bun:test";
import { verify } from "node:crypto";
import { prepareKey } from "#features/applications/index.ts";
import { findEnding, unprepared, untold } from "#features/federation-settings/ending.ts";
import { findEndingKeys } from "#features/federation-settings/jobs.ts";
import { declaredSchedules } from "#src/catalogue.ts";
import { ApplicationId, SamlKeyId } from "#src/ids.ts";
import { testApp } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import { register } from "../applications/support.ts";
import { answer, anIdp, toProvider } from "../identity-providers/support.ts";
import { anSp, authnRequest, signOn, type Sp } from "../sso/support.ts";
import {
  bareOf,
  type Connection,
  endIn,
  endingOf,
  type Key,
  keysOf,
  mailsOf,
  night,
  path,
  prepare,
  published,
  put,
  runOnce,
  statesOf,
  switchTo,
} from "./support.ts";

const app = await testApp();
const { clock } = app;

/** The certificate in a response that an application gets. */
const signedWith = async (browser: Browser, sp: Sp) =>
  /X509Certificate>([^<]+)</.exec((await signOn(browser, sp, authnRequest(app, sp))).xml)?.[1];

/** Whether a request by HTTP-Redirect carries the signature of a key (SAML Bindings §3.4.4.1). */
function isSignedBy(url: string, { certificate }: Key): boolean {
  const [octets = "", signature = ""] = new URL(url).search.slice(1).split("&Signature=");
  const bytes = Buffer.from(decodeURIComponent(signature), "base64");
  return verify("sha256", Buffer.from(octets), certificate, bytes);
}

const anApplication = async (tenant: Parameters<typeof register>[0]): Promise<Connection> => ({
  kind: "applications",
  id: (await register(tenant)).id,
});

describe("within the window", () => {
  test("the next key of an application is published beside the one that goes on signing, until somebody switches", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const sp = await anSp(tenant);
    const of = { kind: "applications", id: sp.application.id } as const;
    await endIn(app, of, 91);
    await night(app, tenant);
    expect(await statesOf(tenant, of)).toEqual(["active"]);
    clock.advance({ days: 2 });
    await night(app, tenant);
    const [active, next] = await keysOf(tenant, of);
    expect([active?.state, next?.state]).toEqual(["active", "next"]);
    expect(await published(tenant, of)).toEqual([bareOf(active!), bareOf(next!)]);
    const browser = await tenant.signedIn(tenant.me);
    expect(await signedWith(browser, sp)).toBe(bareOf(active!));
    expect(await tenant.events("application.key_prepared")).toMatchObject([
      { actorKind: "job", data: { applicationId: of.id, keyId: next!.id } },
    ]);
    expect((await switchTo(tenant, of, next!)).status).toBe(200);
    expect(await published(tenant, of)).toEqual([bareOf(next!)]);
    expect(await signedWith(browser, sp)).toBe(bareOf(next!));
  });

  test("so is the one of an identity provider, and people come in by it before and after the switch", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const of = { kind: "identity-providers", id: idp.id } as const;
    await endIn(app, of, 20);
    await night(app, tenant);
    const [active, next] = await keysOf(tenant, of);
    expect([active?.state, next?.state]).toEqual(["active", "next"]);
    const both = await published(tenant, of);
    expect(both).toContain(bareOf(active!));
    expect(both).toContain(bareOf(next!));
    expect(await tenant.events("identity_provider.key_prepared")).toMatchObject([
      { actorKind: "job", data: { identityProviderId: of.id, keyId: next!.id } },
    ]);
    for (const [key, other] of [
      [active, next],
      [next, active],
    ]) {
      if (key === next) expect((await switchTo(tenant, of, next!)).status).toBe(200);
      const browser = tenant.newBrowser();
      const request = await toProvider(browser, `ada@${idp.domain}`);
      expect([isSignedBy(request.url, key!), isSignedBy(request.url, other!)]).toEqual([
        true,
        false,
      ]);
      const came = await answer(app, browser, idp, { request });
      expect(came.headers.get("location")).not.toBeNull();
    }
    expect(await tenant.events("session.started")).toHaveLength(2);
  });

  test("the window is the tenant’s own", async () => {
    const tenant = await app.aTenant();
    const of = await anApplication(tenant);
    await put(tenant, { rotationWindowDays: 30 });
    await endIn(app, of, 31);
    await night(app, tenant);
    expect(await statesOf(tenant, of)).toEqual(["active"]);
    await put(tenant, { rotationWindowDays: 60 });
    await night(app, tenant);
    expect(await statesOf(tenant, of)).toEqual(["active", "next"]);
  });

  test("a prepared key is left alone, and the run after finds nothing", async () => {
    const tenant = await app.aTenant();
    const of = await anApplication(tenant);
    const next = await prepare(tenant, of);
    await endIn(app, of, 5);
    await night(app, tenant);
    await night(app, tenant);
    expect((await keysOf(tenant, of)).map(({ id }) => id)).toContain(next.id);
    expect(await tenant.events("application.key_prepared")).toHaveLength(1);
  });

  test("more keys than a batch are prepared one batch after the other, and told in one mail", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await register(tenant);
    // Connections of one key each, copied: only their names and ids matter here.
    await app.asSuperuser(
      `with a as (insert into app.applications (tenant_id, kind, name)
         select $1, 'saml', 'Copy ' || n from generate_series(1, 24) as n returning id),
       p as (insert into app.saml_service_providers (tenant_id, application_id, entity_id, acs, signs_requests, name_id_format)
         select $1, a.id, 'https://copy.example.org/' || a.id, sp.acs, sp.signs_requests, sp.name_id_format
         from a, app.saml_service_providers as sp where sp.application_id = $2)
       insert into app.saml_keys (tenant_id, application_id, state, sealed_key, certificate, expires_at)
         select $1, a.id, 'active', k.sealed_key, k.certificate, $3 from a, app.saml_keys as k where k.application_id = $2`,
      [tenant.id, id, new Date(clock.now().getTime() + 40 * 86_400_000)],
    );
    await night(app, tenant);
    expect(await tenant.events("application.key_prepared")).toHaveLength(24);
    const mails = await mailsOf(tenant);
    expect(mails.map(({ subject }) => subject)).toEqual([
      expect.stringContaining("24 certificates at"),
    ]);
  }, 60_000);
});

describe("two workers", () => {
  test("prepare one key and write one mail", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const of = await anApplication(tenant);
    const idp = { kind: "identity-providers", id: (await anIdp(tenant)).id } as const;
    await endIn(app, of, 10);
    await endIn(app, idp, 10);
    await Promise.all([runOnce(app, tenant), runOnce(app, tenant), runOnce(app, tenant)]);
    expect(await statesOf(tenant, of)).toEqual(["active", "next"]);
    expect(await statesOf(tenant, idp)).toEqual(["active", "next"]);
    expect(await tenant.events("application.key_prepared")).toHaveLength(1);
    expect(await tenant.events("identity_provider.key_prepared")).toHaveLength(1);
    expect(await mailsOf(tenant)).toHaveLength(1);
  });

  test("prepare none for a key that was switched meanwhile", async () => {
    const tenant = await app.aTenant();
    const of = await anApplication(tenant);
    await endIn(app, of, 10);
    const next = await prepare(tenant, of);
    // Found as it was before: with the former key, and no prepared one.
    const [former] = await keysOf(tenant, of);
    await switchTo(tenant, of, next);
    const late = prepareKey(
      {
        tenant: tenant.tenant,
        actor: { kind: "job", job: "federation.prepare_keys" },
        keys: app.services.keys,
        now: clock.now(),
        after: SamlKeyId.parse(former!.id),
      },
      ApplicationId.parse(of.id),
    );
    const refused = await late.catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "applications.key_is_prepared" });
    expect(await statesOf(tenant, of)).toEqual(["active", "retired"]);
  });
});

describe("super administrators", () => {
  test("are told when a key was prepared, then 14, 7 and 1 days before the end, and at the end; each once", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    await tenant.aUser({ role: "admin" });
    const sp = await register(tenant);
    const of = { kind: "applications", id: sp.id } as const;
    await endIn(app, of, 20.5);
    const told: [number, string][] = [];
    for (let left = 20; left >= -3; left -= 1) {
      const before = (await mailsOf(tenant)).length;
      await night(app, tenant);
      await night(app, tenant);
      const fresh = (await mailsOf(tenant)).slice(before);
      for (const { to, text } of fresh) {
        expect(to).toBe(tenant.me.email);
        expect(text).toContain(`${tenant.origin}/applications/${sp.id}`);
        expect(text).toContain("The next certificate is prepared.");
        expect(text).toContain(`${tenant.origin}${path}`);
        told.push([left, /ended on/.test(text) ? "ended" : "ends"]);
      }
      clock.advance({ days: 1 });
    }
    expect(told).toEqual([
      [20, "ends"],
      [13, "ends"],
      [6, "ends"],
      [0, "ends"],
      [-1, "ended"],
    ]);
    // Nothing was switched, whatever was told.
    expect(await statesOf(tenant, of)).toEqual(["active", "next"]);
    expect(await tenant.events("application.key_switched")).toEqual([]);
  }, 60_000);

  test("are told once a day at most: what came since waits for the next one", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [one, other] = [await anApplication(tenant), await anApplication(tenant)];
    await endIn(app, one, 50);
    await night(app, tenant);
    await endIn(app, other, 50);
    clock.advance({ hours: 1 });
    await night(app, tenant);
    expect(await statesOf(tenant, other)).toEqual(["active", "next"]);
    expect(await mailsOf(tenant)).toHaveLength(1);
    clock.advance({ hours: 23 });
    await night(app, tenant);
    const mails = await mailsOf(tenant);
    expect(mails).toHaveLength(2);
    expect(mails[1]?.text).toContain(other.id);
    expect(mails[1]?.text).not.toContain(one.id);
  });

  test("hear nothing of a key that was prepared by hand until two weeks before the end, nor of what is disabled", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [byHand, disabled] = [await anApplication(tenant), await anApplication(tenant)];
    await prepare(tenant, byHand);
    await endIn(app, byHand, 15.5);
    await endIn(app, disabled, 3);
    await tenant.api.put(`/applications/${disabled.id}/disablement`);
    await night(app, tenant);
    expect(await mailsOf(tenant)).toEqual([]);
    expect(await statesOf(tenant, disabled)).toEqual(["active", "next"]);
    clock.advance({ days: 2 });
    await night(app, tenant);
    const [mail] = await mailsOf(tenant);
    expect(mail?.text).toContain(byHand.id);
    expect(mail?.text).not.toContain(disabled.id);
    await tenant.api.delete(`/applications/${disabled.id}/disablement`);
    clock.advance({ days: 1 });
    await night(app, tenant);
    expect((await mailsOf(tenant)).at(-1)?.text).toContain(disabled.id);
  });

  test("of another tenant hear nothing, and its keys stay as they are", async () => {
    const [ours, theirs] = [
      await app.aTenant({ signedInAs: "super_admin" }),
      await app.aTenant({ signedInAs: "super_admin" }),
    ];
    const [own, other] = [await anApplication(ours), await anApplication(theirs)];
    await endIn(app, own, 10);
    await endIn(app, other, 10);
    await night(app, ours);
    expect(await statesOf(theirs, other)).toEqual(["active"]);
    expect(await mailsOf(theirs)).toEqual([]);
    expect(await mailsOf(ours)).toHaveLength(1);
    expect((await endingOf(theirs)).map(({ id }) => id)).toEqual([other.id]);
  });
});

describe("the end, when nobody has switched", () => {
  test("the former key goes on signing, both certificates stay published, and the page says what to do", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const sp = await anSp(tenant);
    const of = { kind: "applications", id: sp.application.id } as const;
    const idp = { kind: "identity-providers", id: (await anIdp(tenant)).id } as const;
    await endIn(app, of, -1);
    await endIn(app, idp, -1);
    const text = async ({ kind, id }: Connection) =>
      (await tenant.browser.get(`/${kind}/${id}`)).text();
    expect(await text(of)).toContain("Prepare the next key, give it to the application");
    expect(await text(idp)).toContain("Prepare the next key, give it to the provider");
    await night(app, tenant);
    const [active, next] = await keysOf(tenant, of);
    expect(await published(tenant, of)).toEqual([bareOf(active!), bareOf(next!)]);
    expect(await signedWith(tenant.browser, sp)).toBe(bareOf(active!));
    for (const page of [await text(of), await text(idp)]) {
      expect(page).toContain("We go on signing with it");
      expect(page).toContain("The next key is prepared: see that");
    }
  });
});

describe("the schedule", () => {
  test("is declared, visits each tenant and queues for those alone that have something to do", async () => {
    expect([...declaredSchedules().keys()]).toContain(findEndingKeys.name);
    const [busy, idle] = [await app.aTenant(), await app.aTenant()];
    await endIn(app, await anApplication(busy), 10);
    await anApplication(idle);
    const { services } = app;
    await findEndingKeys.run({
      database: services.database,
      eachTenant: async (visit) => {
        for (const { id } of [busy, idle]) await visit(services.database.tenant(id), "");
      },
      services,
      log: services.log,
      signal: new AbortController().signal,
    });
    const queued = await app.asSuperuser<{ tenant: string }>(
      "select tenant_id as tenant from app.jobs where name = 'federation.prepare_keys' and tenant_id = any($1)",
      [[busy.id, idle.id]],
    );
    expect(queued.map(({ tenant }) => tenant)).toEqual([busy.id]);
  });

  test("finds keys by their end, in one statement", async () => {
    const tenant = await app.aTenant();
    await app.asSuperuser(
      `with a as (insert into app.applications (tenant_id, kind, name)
         select $1, 'saml', 'Many ' || n from generate_series(1, 4000) as n returning id)
       insert into app.saml_keys (tenant_id, application_id, state, sealed_key, certificate, expires_at)
         select $1, id, 'active', 'x', 'x', now() + interval '4 years' from a`,
      [tenant.id],
    );
    await app.asSuperuser(
      `with p as (insert into app.identity_providers (tenant_id, kind, name, preset, email_attribute, first_name_attribute, last_name_attribute)
         select $1, 'saml', 'Many ' || n, 'other', 'e', 'f', 'l' from generate_series(1, 4000) as n returning id)
       insert into app.identity_provider_keys (tenant_id, identity_provider_id, state, sealed_key, certificate, expires_at)
         select $1, id, 'active', 'x', 'x', now() + interval '4 years' from p`,
      [tenant.id],
    );
    for (const table of [
      "saml_keys",
      "identity_provider_keys",
      "applications",
      "identity_providers",
    ])
      await app.asSuperuser(`analyze app.${table}`);
    const until = new Date(clock.now().getTime() + 90 * 86_400_000);
    for (const where of [unprepared, untold(clock.now())]) {
      const sent = await statementsOf(() =>
        tenant.tenant.read((db) => findEnding(db, { until, limit: 20, where })),
      );
      expect(sent).toHaveLength(1);
      const plan = await planOf(app, tenant.id, sent[0]!);
      expect(plan).toContain("saml_keys_ending");
      expect(plan).toContain("identity_provider_keys_ending");
      expect(plan).not.toMatch(/Seq Scan/);
    }
  });
});
