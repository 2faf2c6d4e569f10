// The person signs out here: first for certain, then everybody else is told, and the person sees who was.
import { describe, expect, test } from "bun:test";
import { bindings, statusCodes } from "#protocols/saml/constants.ts";
import { ours, stranger } from "../../protocols/saml/support/keys.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anIdp, ok } from "../identity-providers/support.ts";
import {
  aLogoutIdp,
  aLogoutSp,
  bring,
  comeIn,
  enter,
  framesOf,
  isSignedIn,
  logoutResponse,
  type LogoutSp,
  onward,
  pressSignOut,
  requestTo,
  saidOn,
  slo,
  type Way,
} from "./support.ts";

const app = await testApp();

async function stage(names: readonly string[] = ["Wiki"]) {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sps: LogoutSp[] = [];
  for (const name of names) sps.push(await aLogoutSp(tenant, { name }));
  const told = [];
  for (const sp of sps) told.push(await enter(app, tenant.browser, sp));
  return { tenant, browser: tenant.browser, sps, told };
}

/** An application answers a request of ours. */
const answerFrom = (
  browser: Browser,
  sp: LogoutSp,
  inResponseTo: string | null,
  {
    status,
    subStatus,
    issuer,
    destination,
    ...way
  }: Way & { status?: string; subStatus?: string; issuer?: string; destination?: string } = {},
) =>
  bring(
    browser,
    "/saml/idp/slo",
    "SAMLResponse",
    logoutResponse(app, {
      issuer: issuer ?? sp.entityId,
      destination: destination ?? `${sp.tenant.origin}/saml/idp/slo`,
      inResponseTo,
      ...(status === undefined ? {} : { status }),
      ...(subStatus === undefined ? {} : { subStatus }),
    }),
    way,
  );

const askedOf = async (sp: LogoutSp, page: string) => {
  const frame = framesOf(page).find(({ url }) => url.startsWith(sp.sloUrl));
  if (!frame) throw new Error(`${sp.sloUrl} is not told`);
  return requestTo(sp, frame);
};

const rowsOf = (tenant: TestTenant) =>
  app.asSuperuser<{ outcome: string | null }>(
    "select outcome from app.saml_session_participants where tenant_id = $1 order by application_id",
    [tenant.id],
  );

describe("POST /sign-out", () => {
  test("is as ever for who has opened no application", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.post("/sign-out");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
    expect(tenant.browser.cookies.has("__Host-sign-out")).toBe(false);
  });

  test("ends the session before anybody is told, and however often it is sent", async () => {
    const { tenant, browser } = await stage();
    const cookie = browser.cookies.get("__Host-session");
    const answer = await browser.post("/sign-out");
    expect(browser.cookies.has("__Host-session")).toBe(false);
    if (cookie) browser.cookies.set("__Host-session", cookie);
    expect(await isSignedIn(browser)).toBe(false);
    expect((await browser.post("/sign-out")).headers.get("location")).toBe("/sign-in");
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "signed_out",
    ]);
    expect(answer.headers.get("location")).toMatch(/^\/sign-out\/[0-9a-f-]{36}$/);
  });

  // No such address is taken any more; the policy does not rely on that.
  test.each(["https://x;sandbox/slo", "https://*/slo", "https://*.example.org/slo"])(
    "lets no address into the page's policy that would change it: %s",
    async (url) => {
      const { tenant, browser, sps } = await stage(["Notes", "Wiki"]);
      await app.asSuperuser(
        "update app.saml_service_providers set slo = $3 where tenant_id = $1 and application_id = $2",
        [
          tenant.id,
          sps[0]?.application.id,
          JSON.stringify([{ binding: bindings.redirect, url, responseUrl: null }]),
        ],
      );
      const { answer } = await pressSignOut(browser);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain(`frame-src 'self' ${new URL(sps[1]?.sloUrl ?? "").origin};`);
      expect(policy).not.toMatch(/sandbox|\*/);
    },
  );

  test("tells each application by the name and index that it knows, in a frame of its own", async () => {
    const { tenant, browser, sps, told } = await stage(["Notes", "Wiki"]);
    const { page, answer, path } = await pressSignOut(browser);
    const policy = answer.headers.get("content-security-policy") ?? "";
    const origins = sps.map(({ sloUrl }) => new URL(sloUrl).origin);
    expect(/frame-src ([^;]+);/.exec(policy)?.[1]?.split(" ").toSorted()).toEqual(
      ["'self'", ...origins].toSorted(),
    );
    expect(page).toContain('sandbox="allow-scripts allow-same-origin allow-forms"');
    expect(saidOn(page)).toEqual({
      Notes: "Waiting for its answer",
      Wiki: "Waiting for its answer",
    });
    for (const [at, sp] of sps.entries()) {
      const asked = await askedOf(sp, page);
      expect(asked.message.nameId.value).toBe(told[at]?.nameId ?? "");
      expect(asked.message.sessionIndexes).toEqual([told[at]?.sessionIndex ?? ""]);
      expect(asked.message.notOnOrAfter).toBeDefined();
    }
    expect(
      (await tenant.events("logout.application_told")).map(({ data }) => data["application"]),
    ).toEqual(["Notes", "Wiki"]);
    // Loaded again, it asks the same and not a second time.
    const again = await (await browser.get(path)).text();
    expect((await askedOf(sps[0] as LogoutSp, again)).message.id).toBe(
      (await askedOf(sps[0] as LogoutSp, page)).message.id,
    );
    expect(await tenant.events("logout.application_told")).toHaveLength(2);
    // Whoever will not wait, or has no script, goes on by a link.
    expect(page).toContain(`href="${path}?on=1"`);
    const hurried = await (await browser.get(`${path}?on=1`)).text();
    expect(saidOn(hurried)).toEqual({ Notes: "Did not answer", Wiki: "Did not answer" });
  });

  test("tells each once, also where its page is loaded twice at the same time", async () => {
    const { tenant, browser, sps } = await stage();
    const path = (await browser.post("/sign-out")).headers.get("location") ?? "";
    await Promise.all(Array.from({ length: 4 }, () => browser.get("/sign-in"))); // a connection for each
    const looks = await Promise.all(Array.from({ length: 4 }, () => browser.get(path)));
    const asked = await Promise.all(
      looks.map(async (look) => askedOf(sps[0] as LogoutSp, await look.text())),
    );
    expect(new Set(asked.map(({ message }) => message.id)).size).toBe(1);
    expect(await tenant.events("logout.application_told")).toHaveLength(1);
  });

  test("says of each what it said, and which remain", async () => {
    const { browser, sps } = await stage(["Fine", "Half", "No", "Silent"]);
    const [fine, half, no] = sps as [LogoutSp, LogoutSp, LogoutSp];
    const { page, path } = await pressSignOut(browser);
    const inFrame = { isFramed: true };
    await answerFrom(browser, fine, (await askedOf(fine, page)).message.id, inFrame);
    await answerFrom(browser, half, (await askedOf(half, page)).message.id, {
      ...inFrame,
      subStatus: statusCodes.partialLogout,
    });
    await answerFrom(browser, no, (await askedOf(no, page)).message.id, {
      ...inFrame,
      status: statusCodes.responder,
      binding: "post",
    });
    const progress = await (await browser.get(`${path}/progress`)).text();
    expect(saidOn(progress)).toEqual({
      Fine: "Signed out",
      Half: "Signed out, but perhaps not of everything behind it",
      No: "Did not sign you out",
      Silent: "Waiting for its answer",
    });
    app.clock.advance({ seconds: 6 });
    expect((await browser.get(`${path}/progress`)).headers.get("location")).toBe(path);
    const done = await (await browser.get(path)).text();
    expect(saidOn(done)).toMatchObject({ Fine: "Signed out", Silent: "Did not answer" });
    expect(done).toContain("You may still be signed in to Half, No and Silent. Sign out there");
    expect(framesOf(done)).toEqual([]);
  });

  test("offers to go to an application itself that a frame did not reach, and comes back with its word", async () => {
    const { browser, sps } = await stage();
    const [sp] = sps as [LogoutSp];
    const { path } = await pressSignOut(browser);
    app.clock.advance({ seconds: 6 });
    const done = await (await browser.get(path)).text();
    const href =
      /<a class="button"[^>]* href="([^"]+)"[^>]*>(?:<[^>]+>)*Sign out of Wiki</.exec(done)?.[1] ??
      "";
    const asked = await requestTo(sp, { url: href.replaceAll("&amp;", "&"), fields: null });
    const back = await answerFrom(browser, sp, asked.message.id);
    expect([back.status, back.headers.get("location")]).toEqual([303, path]);
    const page = await (await browser.get(path)).text();
    expect(saidOn(page)).toEqual({ Wiki: "Signed out" });
    expect(page).not.toContain("You may still be signed in");
  });

  test("posts into the frame of an application that takes nothing else, and names it where it cannot be told", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const post = await aLogoutSp(tenant, {
      name: "Post",
      endpoints: (url) => slo(url, { binding: bindings.post }),
    });
    const none = await aLogoutSp(tenant, { name: "None", endpoints: () => "" });
    for (const sp of [post, none]) await enter(app, tenant.browser, sp);
    const { page, answer, path } = await pressSignOut(tenant.browser);
    expect(saidOn(page)).toEqual({
      None: "Cannot be signed out from here",
      Post: "Waiting for its answer",
    });
    expect(framesOf(page)).toHaveLength(1);
    expect((await askedOf(post, page)).url).toBe(post.sloUrl);
    expect(answer.headers.get("content-security-policy")).toContain("form-action 'self' https:;");
    app.clock.advance({ seconds: 6 });
    const done = await (await tenant.browser.get(path)).text();
    expect(done).toContain("You may still be signed in to None and Post.");
    expect(done).toContain(`action="${post.sloUrl}"`);
  });

  test("tells at once that none of the applications can be told", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await enter(
      app,
      tenant.browser,
      await aLogoutSp(tenant, { name: "None", endpoints: () => "" }),
    );
    const { page } = await pressSignOut(tenant.browser);
    expect(page).toContain("You may still be signed in to None.");
  });

  test("signs with the key that is the application's now", async () => {
    const { tenant, browser, sps } = await stage();
    const [sp] = sps as [LogoutSp];
    const keys = `/applications/${sp.application.id}/keys`;
    const { id } = await ok<{ id: string }>(tenant.api.post(keys));
    const before = await (
      await tenant.newBrowser().get(new URL(sp.application.metadataUrl).pathname)
    ).text();
    await ok(tenant.api.put(`${keys}/${id}/activation`));
    const after = await (
      await tenant.newBrowser().get(new URL(sp.application.metadataUrl).pathname)
    ).text();
    expect(after).not.toBe(before);
    // Verified by the certificate that our metadata names first.
    expect((await askedOf(sp, (await pressSignOut(browser)).page)).url).toBe(sp.sloUrl);
  });

  test("does not tell an application of another session of the same person", async () => {
    const { tenant, browser } = await stage();
    const other = await tenant.signedIn(tenant.me);
    await enter(app, other, await aLogoutSp(tenant, { name: "Elsewhere" }));
    expect(saidOn((await pressSignOut(browser)).page)).toEqual({ Wiki: "Waiting for its answer" });
    expect(await isSignedIn(other)).toBe(true);
  });

  test("shows its page in the browser that signed out, for ten minutes, and nowhere else", async () => {
    const { tenant, browser } = await stage();
    const { path } = await pressSignOut(browser);
    const theirs = await app.aTenant({ signedInAs: "super_admin" });
    for (const elsewhere of [
      tenant.newBrowser(),
      await tenant.signedIn(await tenant.aUser()),
      theirs.browser,
    ]) {
      for (const at of [path, `${path}/progress`, path.replace("/sign-out/", "/saml/logout/")]) {
        const answer = await elsewhere.get(at);
        const page = await answer.text();
        expect(page).not.toContain("Wiki");
        expect(answer.status).toBe(410);
      }
    }
    app.clock.advance({ minutes: 10 });
    expect((await browser.get(path)).status).toBe(410);
  });
});

describe("an application's answer changes nothing", () => {
  const cases: [
    what: string,
    status: number,
    send: (s: Awaited<ReturnType<typeof stage>>, id: string, sp: LogoutSp) => Promise<Response>,
  ][] = [
    ["unsigned", 400, ({ browser }, id, sp) => answerFrom(browser, sp, id, { key: null })],
    [
      "signed by another key",
      400,
      ({ browser }, id, sp) => answerFrom(browser, sp, id, { key: stranger.privateKeyPem }),
    ],
    [
      "signed by our own key",
      400,
      ({ browser }, id, sp) => answerFrom(browser, sp, id, { key: ours.privateKeyPem }),
    ],
    [
      "for another destination",
      400,
      ({ browser }, id, sp) =>
        answerFrom(browser, sp, id, { destination: "https://other.example/" }),
    ],
    ["to nothing", 303, ({ browser }, _, sp) => answerFrom(browser, sp, null)],
    [
      "to a request that is not known",
      303,
      ({ browser }, _, sp) => answerFrom(browser, sp, "_made-up"),
    ],
    [
      "of another application, to its neighbour's request",
      303,
      async ({ browser, tenant }, id) => answerFrom(browser, await aLogoutSp(tenant), id),
    ],
  ];
  test.each(cases)("%s", async (_, status, send) => {
    const s = await stage();
    const [sp] = s.sps as [LogoutSp];
    const { page } = await pressSignOut(s.browser);
    const { message } = await askedOf(sp, page);
    const answer = await send(s, message.id, sp);
    expect(answer.status).toBe(status);
    expect(await rowsOf(s.tenant)).toEqual([{ outcome: null }]);
    expect(await s.tenant.events("logout.application_answered")).toEqual([]);
  });

  test("of another tenant", async () => {
    const { tenant, browser, sps } = await stage();
    const [sp] = sps as [LogoutSp];
    const { message } = await askedOf(sp, (await pressSignOut(browser)).page);
    const theirs = await app.aTenant({ signedInAs: "member" });
    await answerFrom(theirs.browser, await aLogoutSp(theirs), message.id);
    expect(await rowsOf(tenant)).toEqual([{ outcome: null }]);
  });

  test("but for a word on the page where there is no certificate to check it with", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await aLogoutSp(tenant, { name: "Bare", hasCertificate: false });
    await enter(app, tenant.browser, sp);
    const { page, path } = await pressSignOut(tenant.browser);
    const { message } = await askedOf(sp, page);
    await answerFrom(tenant.browser, sp, message.id, { key: null, isFramed: true });
    const done = await (await tenant.browser.get(path)).text();
    expect(saidOn(done)).toEqual({ Bare: "Answered, without a signature that could be checked" });
    expect(done).toContain("You may still be signed in to Bare.");
  });

  test("and once signed out, it stays so", async () => {
    const { tenant, browser, sps } = await stage();
    const [sp] = sps as [LogoutSp];
    const { message } = await askedOf(sp, (await pressSignOut(browser)).page);
    await answerFrom(browser, sp, message.id);
    await answerFrom(browser, sp, message.id, { status: statusCodes.responder });
    expect(await rowsOf(tenant)).toEqual([{ outcome: "signed_out" }]);
    expect(await tenant.events("logout.application_answered")).toHaveLength(1);
  });

  test("for the worse: a later word that it failed takes nothing back", async () => {
    const { tenant, browser, sps } = await stage();
    const [sp] = sps as [LogoutSp];
    const { message } = await askedOf(sp, (await pressSignOut(browser)).page);
    await answerFrom(browser, sp, message.id, { subStatus: statusCodes.partialLogout });
    await answerFrom(browser, sp, message.id, { status: statusCodes.responder });
    expect(await rowsOf(tenant)).toEqual([{ outcome: "partly" }]);
    await answerFrom(browser, sp, message.id);
    expect(await rowsOf(tenant)).toEqual([{ outcome: "signed_out" }]);
  });
});

describe("the provider that somebody came in by", () => {
  const stageWith = async (
    logout: "always" | "offer" | "never",
    endpoints?: (url: string) => string,
  ) => {
    const tenant = await app.aTenant();
    const idp = await aLogoutIdp(tenant, { logout, ...(endpoints ? { endpoints } : {}) });
    return { tenant, idp, browser: await comeIn(app, tenant, idp) };
  };
  const answerOf = (s: Awaited<ReturnType<typeof stageWith>>, inResponseTo: string, way?: Way) =>
    bring(
      s.browser,
      `/saml/sp/slo/${s.idp.id}`,
      "SAMLResponse",
      logoutResponse(app, { issuer: s.idp.entityId, destination: s.idp.ourSloUrl, inResponseTo }),
      way,
    );

  test("is offered, by the name and index that it gave", async () => {
    const s = await stageWith("offer");
    const { page, path } = await pressSignOut(s.browser);
    expect(page).toContain("You are signed out");
    const href =
      /<a class="button"[^>]* href="([^"]+)"[^>]*>(?:<[^>]+>)*Also sign out of/.exec(page)?.[1] ??
      "";
    const asked = await requestTo(s.idp, { url: href.replaceAll("&amp;", "&"), fields: null });
    expect(asked).toMatchObject({
      url: s.idp.sloUrl,
      message: {
        issuer: s.idp.connection.entityId,
        nameId: {
          value: "00u-ada",
          format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        },
        sessionIndexes: ["_session"],
      },
    });
    const back = await answerOf(s, asked.message.id);
    expect(back.headers.get("location")).toBe(path);
    const done = await (await s.browser.get(path)).text();
    expect(saidOn(done)).toEqual({ [s.idp.connection.name]: "Signed out" });
    expect(done).not.toContain("Also sign out of");
    expect(await s.tenant.events("logout.provider_answered")).toHaveLength(1);
  });

  test("is told always where it is set so, once, and says so when it did not answer", async () => {
    const s = await stageWith("always");
    const { path, answer } = await pressSignOut(s.browser);
    const asked = await requestTo(s.idp, await onward(answer));
    expect(asked.url).toBe(s.idp.sloUrl);
    expect((await s.tenant.events("logout.provider_told")).length).toBe(1);
    const again = await (await s.browser.get(path)).text();
    expect(saidOn(again)).toEqual({ [s.idp.connection.name]: "Did not answer" });
    await answerOf(s, asked.message.id, { binding: "post" });
    expect(saidOn(await (await s.browser.get(path)).text())).toEqual({
      [s.idp.connection.name]: "Signed out",
    });
  });

  test("is told after the applications", async () => {
    const s = await stageWith("always");
    const sp = await aLogoutSp(s.tenant, { name: "Wiki" });
    await enter(app, s.browser, sp);
    const { page, path } = await pressSignOut(s.browser);
    await answerFrom(s.browser, sp, (await askedOf(sp, page)).message.id, { isFramed: true });
    expect((await requestTo(s.idp, await onward(await s.browser.get(path)))).url).toBe(
      s.idp.sloUrl,
    );
  });

  test("is asked by a form where it takes nothing else", async () => {
    const s = await stageWith("always", (url) => slo(url, { binding: bindings.post }));
    const { answer } = await pressSignOut(s.browser);
    expect((await requestTo(s.idp, await onward(answer))).url).toBe(s.idp.sloUrl);
  });

  test("is left alone where it is set so, or has no address: sign-out is as ever", async () => {
    const never = await stageWith("never");
    expect((await never.browser.post("/sign-out")).headers.get("location")).toBe("/sign-in");
    const tenant = await app.aTenant();
    const browser = await comeIn(app, tenant, await anIdp(tenant));
    expect((await browser.post("/sign-out")).headers.get("location")).toBe("/sign-in");
  });

  test("keeps the qualifiers of the name, also through our second step", async () => {
    const tenant = await app.aTenant();
    const idp = await aLogoutIdp(tenant, { logout: "always" });
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    const { signInBy } = await import("../identity-providers/support.ts");
    const browser = tenant.newBrowser();
    const qualifiers = ` NameQualifier="${idp.entityId}" SPNameQualifier="${idp.connection.entityId}"`;
    await signInBy(app, browser, idp, { nameIdAttributes: qualifiers });
    const code = (await tenant.mails()).at(-1)?.text.match(/\b\d{8}\b/)?.[0] ?? "";
    await browser.post("/sign-in/code", { code });
    expect(await isSignedIn(browser)).toBe(true);
    const asked = await requestTo(idp, await onward((await pressSignOut(browser)).answer));
    expect(asked.message).toMatchObject({
      nameId: {
        value: "00u-ada",
        nameQualifier: idp.entityId,
        spNameQualifier: idp.connection.entityId,
      },
      sessionIndexes: ["_session"],
    });
  });

  test("answers for itself alone: another provider's word is none", async () => {
    const s = await stageWith("always");
    const other = await aLogoutIdp(s.tenant);
    const asked = await requestTo(s.idp, await onward((await pressSignOut(s.browser)).answer));
    const xml = logoutResponse(app, {
      issuer: other.entityId,
      destination: other.ourSloUrl,
      inResponseTo: asked.message.id,
    });
    const answer = await bring(s.browser, `/saml/sp/slo/${other.id}`, "SAMLResponse", xml);
    expect(answer.headers.get("location")).toBe("/sign-in");
    expect(await s.tenant.events("logout.provider_answered")).toEqual([]);
    const forged = await answerOf(s, asked.message.id, { key: stranger.privateKeyPem });
    expect(forged.status).toBe(400);
  });
});
