// Where each side is told, in the registry: out of metadata, by hand, on pages and in the API; and what leaves by itself.
import { describe, expect, test } from "bun:test";
import { bindings } from "#protocols/saml/constants.ts";
import { readIdpMetadata } from "#protocols/saml/metadata/read-idp.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { metadataProblems } from "../../protocols/saml/support/schemas.ts";
import { testApp } from "../../support/a-tenant.ts";
import { sweepOnce } from "../../support/sweep.ts";
import { anIdp, ok } from "../identity-providers/support.ts";
import { aLogoutIdp, aLogoutSp, enter, pressSignOut, slo } from "./support.ts";

const app = await testApp();
const redirectTo = (url: string, responseUrl: string | null = null) => ({
  binding: bindings.redirect,
  url,
  responseUrl,
});

interface Shown {
  readonly sloUrl: string;
  readonly logout?: string;
  readonly serviceProvider?: { readonly slo: unknown };
  readonly provider?: { readonly slo: unknown };
}
const url = "https://hand.example.org/slo";

describe("an application", () => {
  test("is known by its metadata, and reads where it tells us in ours", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const both = (at: string) =>
      slo(at, { binding: bindings.post }) + slo(at, { answers: `${at}/answers` });
    const { application, sloUrl } = await aLogoutSp(tenant, { endpoints: both });
    const shown = await ok<Shown>(tenant.api.get(`/applications/${application.id}`));
    expect(shown.serviceProvider?.slo).toEqual([
      { binding: bindings.post, url: sloUrl, responseUrl: null },
      redirectTo(sloUrl, `${sloUrl}/answers`),
    ]);
    expect(shown.sloUrl).toBe(`${tenant.origin}/saml/idp/slo`);
    const metadata = await (
      await tenant.newBrowser().get(new URL(application.metadataUrl).pathname)
    ).text();
    expect(metadataProblems(metadata)).toEqual([]);
    expect(readIdpMetadata(metadata, { now: app.clock.now() }).slo.map((one) => one.url)).toEqual([
      shown.sloUrl,
      shown.sloUrl,
    ]);
    for (const path of [
      `/applications/${application.id}`,
      new URL(application.setupUrl).pathname,
    ]) {
      expect(await (await tenant.browser.get(path)).text()).toContain(
        path.startsWith("/saml") ? shown.sloUrl : sloUrl,
      );
    }
  });

  test("is given an address by hand, which a document that names none leaves alone", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { application, entityId } = await aLogoutSp(tenant, { endpoints: () => "" });
    const path = `/applications/${application.id}`;
    const change = (fields: object) => ok<Shown>(tenant.api.patch(path, fields));
    expect((await change({ logoutUrl: url })).serviceProvider?.slo).toEqual([redirectTo(url)]);
    expect((await change({ name: "Other" })).serviceProvider?.slo).toEqual([redirectTo(url)]);
    const { acs, descriptor } = await import("../../protocols/saml/support/sp-metadata.ts");
    const metadataXml = descriptor(acs('Location="https://hand.example.org/acs" index="0"'), {
      id: entityId,
    });
    expect(
      (await ok<Shown>(tenant.api.put(`${path}/metadata`, { metadataXml }))).serviceProvider?.slo,
    ).toEqual([redirectTo(url)]);
    expect(
      (await change({ logoutBinding: "post", logoutResponseUrl: `${url}/r` })).serviceProvider?.slo,
    ).toEqual([{ binding: bindings.post, url, responseUrl: `${url}/r` }]);
    expect((await tenant.events("application.changed")).at(-1)?.data["changes"]).toMatchObject({
      slo: { from: [redirectTo(url)] },
    });
    expect((await change({ logoutUrl: "" })).serviceProvider?.slo).toEqual([]);
  });

  test("keeps both addresses of its metadata when its form is saved as it was", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const both = (at: string) => slo(at) + slo(at, { binding: bindings.post });
    const { application } = await aLogoutSp(tenant, { endpoints: both });
    const path = `/applications/${application.id}`;
    const form = await (await tenant.browser.get(`${path}/edit`)).text();
    const value = (name: string) =>
      new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(form)?.[1] ?? "";
    expect(value("logoutUrl")).toStartWith("https://slo");
    await tenant.browser.patch(path, {
      name: "Renamed",
      description: "",
      logoutUrl: value("logoutUrl"),
      logoutBinding: "redirect",
      logoutResponseUrl: "",
    });
    const shown = await ok<Shown & { name: string }>(tenant.api.get(path));
    expect([shown.name, shown.serviceProvider?.slo]).toEqual([
      "Renamed",
      [expect.anything(), expect.anything()],
    ]);
  });

  test("is refused an address that browsers must not be sent to, with what was typed", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { application } = await aLogoutSp(tenant);
    const path = `/applications/${application.id}`;
    for (const [field, fields] of [
      ["logoutUrl", { logoutUrl: "javascript:alert(1)" }],
      ["logoutUrl", { logoutUrl: "http://plain.example/" }],
      ["logoutUrl", { logoutUrl: "https://x;sandbox/slo" }],
      ["logoutUrl", { logoutUrl: "https://*/slo" }],
      ["logoutUrl", { logoutUrl: "", logoutResponseUrl: url }],
      ["logoutResponseUrl", { logoutResponseUrl: "https://a@b.example/" }],
    ] as const) {
      const answer = await tenant.api.patch(path, fields);
      expect([
        answer.status,
        Object.keys(((await answer.json()) as { errors: object }).errors),
      ]).toEqual([422, [field]]);
    }
    const page = await (
      await tenant.browser.patch(path, { name: "A", logoutUrl: "http://plain.example/" })
    ).text();
    expect(page).toContain('value="http://plain.example/"');
  });
});

describe("an identity provider", () => {
  test("is known by its metadata, and reads where it tells us in ours", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await aLogoutIdp(tenant);
    const shown = await ok<Shown>(tenant.api.get(`/identity-providers/${idp.id}`));
    expect([shown.provider?.slo, shown.logout, shown.sloUrl]).toEqual([
      [redirectTo(idp.sloUrl)],
      "offer",
      idp.ourSloUrl,
    ]);
    const metadata = await (
      await tenant.newBrowser().get(new URL(idp.connection.metadataUrl).pathname)
    ).text();
    expect(metadataProblems(metadata)).toEqual([]);
    expect(readSpMetadata(metadata, { now: app.clock.now() }).slo.map((one) => one.url)).toEqual([
      idp.ourSloUrl,
      idp.ourSloUrl,
    ]);
    const page = await (await tenant.browser.get(`/identity-providers/${idp.id}`)).text();
    for (const text of [
      idp.sloUrl,
      idp.ourSloUrl,
      "Offers to end the session at the provider, too",
    ])
      expect(page).toContain(text);
    expect(
      await (await tenant.newBrowser().get(new URL(idp.connection.setupUrl).pathname)).text(),
    ).toContain(idp.ourSloUrl);
  });

  test("is given an address and a choice by hand; a draft has nobody to tell", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { id } = await anIdp(tenant);
    const path = `/identity-providers/${id}`;
    const changed = await ok<Shown>(tenant.api.patch(path, { logoutUrl: url, logout: "always" }));
    expect([changed.provider?.slo, changed.logout]).toEqual([[redirectTo(url)], "always"]);
    expect(
      (await tenant.events("identity_provider.changed")).at(-1)?.data["changes"],
    ).toMatchObject({ logout: { from: "offer", to: "always" } });
    for (const fields of [{ logoutUrl: "http://plain.example/" }, { logout: "perhaps" }])
      expect((await tenant.api.patch(path, fields)).status).toBe(422);
    const draft = await ok<{ id: string }>(
      tenant.api.post("/identity-providers", { name: "Draft", preset: "okta" }),
    );
    expect(
      (await tenant.api.patch(`/identity-providers/${draft.id}`, { logoutUrl: url })).status,
    ).toBe(409);
    const form = await tenant.browser.patch(path, {
      name: "Okta",
      emailAttribute: "email",
      firstNameAttribute: "f",
      lastNameAttribute: "l",
      logoutUrl: url,
      logoutBinding: "redirect",
      logoutResponseUrl: "",
      logout: "never",
    });
    expect(form.status).toBe(303);
  });
});

describe("what is remembered", () => {
  test("leaves a day after the session would have ended, a sign-out after half an hour", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await enter(app, tenant.browser, await aLogoutSp(tenant));
    await pressSignOut(tenant.browser);
    const count = async () => {
      const [row] = await app.asSuperuser<{ logouts: number; participants: number }>(
        `select (select count(*)::int from app.logouts where tenant_id = $1) as logouts,
          (select count(*)::int from app.saml_session_participants where tenant_id = $1) as participants`,
        [tenant.id],
      );
      return row;
    };
    app.clock.advance({ minutes: 31 });
    await sweepOnce(app, tenant);
    expect(await count()).toEqual({ logouts: 0, participants: 1 });
    app.clock.advance({ days: 16 });
    await sweepOnce(app, tenant);
    expect(await count()).toEqual({ logouts: 0, participants: 0 });
  });
});
