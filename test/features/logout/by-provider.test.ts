// A provider asks: whose sessions end, and what it is told (I6).
import { describe, expect, test } from "bun:test";
import { bindings, statusCodes } from "#protocols/saml/constants.ts";
import { stranger } from "../../protocols/saml/support/keys.ts";
import { stateOf } from "../../http/support/state.ts";
import { testApp } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import type { Idp } from "../identity-providers/support.ts";
import { ok, signInBy } from "../identity-providers/support.ts";
import {
  aLogoutIdp,
  aLogoutSp,
  answerTo,
  bring,
  comeIn,
  enter,
  follow,
  framesOf,
  isSignedIn,
  logoutRequest,
  onward,
  type RequestWish,
  requestTo,
  slo,
  type Way,
} from "./support.ts";

const app = await testApp();

async function stage(wish: Parameters<typeof aLogoutIdp>[1] = {}) {
  const tenant = await app.aTenant();
  const idp = await aLogoutIdp(tenant, wish);
  return { tenant, idp, browser: await comeIn(app, tenant, idp) };
}

const askOf = (idp: Idp & { ourSloUrl: string }, wish: RequestWish = {}) =>
  logoutRequest(
    app,
    {
      issuer: idp.entityId,
      destination: idp.ourSloUrl,
      nameId: "00u-ada",
      sessionIndex: "_session",
    },
    wish,
  );
const sendOf = (browser: Browser, idp: Idp, xml: string, way?: Way) =>
  bring(browser, `/saml/sp/slo/${idp.id}`, "SAMLRequest", xml, way);

describe("a LogoutRequest of a provider", () => {
  test.each(["redirect", "post"] as const)(
    "ends the session by %s and is answered",
    async (binding) => {
      const { tenant, idp, browser } = await stage();
      const sent = await sendOf(browser, idp, askOf(idp, { id: `_from-${binding}` }), {
        binding,
        relayState: "r",
      });
      expect(await isSignedIn(browser)).toBe(false);
      expect(await answerTo(idp, await follow(browser, sent))).toMatchObject({
        url: idp.sloUrl,
        relayState: "r",
        message: {
          inResponseTo: `_from-${binding}`,
          issuer: idp.connection.entityId,
          destination: idp.sloUrl,
          status: { code: statusCodes.success, subCode: undefined },
        },
      });
      expect((await tenant.events("logout.by_provider")).map(({ data }) => data)).toMatchObject([
        { name: idp.connection.name, sessions: 1 },
      ]);
      expect((await tenant.events("session.ended")).at(-1)?.data["reason"]).toBe(
        "signed_out_by_provider",
      );
    },
  );

  test("ends it from wherever it is brought, and in a frame too", async () => {
    const { tenant, idp, browser } = await stage();
    const elsewhere = tenant.newBrowser();
    const sent = await sendOf(elsewhere, idp, askOf(idp), { isFramed: true });
    const answer = await follow(elsewhere, sent, { isFramed: true });
    expect(answer.status).toBe(302);
    expect((await answerTo(idp, answer)).message.status.code).toBe(statusCodes.success);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("means every session of that person by it where it names none, and one where it names that", async () => {
    const { tenant, idp, browser } = await stage();
    const second = await comeIn(app, tenant, idp);
    const grace = await comeIn(app, tenant, idp, "00u-grace");
    const indexes = await app.asSuperuser<{ id: string }>(
      "update app.sessions set provider_session_index = id::text where tenant_id = $1 and provider_name_id = '00u-ada' returning id",
      [tenant.id],
    );
    await sendOf(tenant.newBrowser(), idp, askOf(idp, { sessionIndex: indexes[0]?.id ?? "" }));
    const left = [browser, second, grace].map(isSignedIn);
    expect((await Promise.all(left)).filter(Boolean)).toHaveLength(2);
    await sendOf(tenant.newBrowser(), idp, askOf(idp, { sessionIndex: null }));
    expect([await isSignedIn(browser), await isSignedIn(second), await isSignedIn(grace)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("leaves sessions alone that the person began otherwise, or by another provider", async () => {
    const { tenant, idp } = await stage();
    const [{ user_id: userId } = { user_id: "" }] = await app.asSuperuser<{ user_id: string }>(
      "select user_id from app.sessions where tenant_id = $1",
      [tenant.id],
    );
    const user = await tenant.tenant.read((db) =>
      db
        .selectFrom("users")
        .selectAll()
        .where("id", "=", userId as never)
        .executeTakeFirstOrThrow(),
    );
    const own = await tenant.signedIn({
      id: user.id,
      email: "",
      firstName: "",
      lastName: "",
      role: user.role,
    });
    const other = await aLogoutIdp(tenant);
    const byOther = await comeIn(app, tenant, other);
    await sendOf(tenant.newBrowser(), idp, askOf(idp, { sessionIndex: null }));
    expect([await isSignedIn(own), await isSignedIn(byOther)]).toEqual([true, true]);
  });

  test("tells the applications of the browser's own session first, and not the provider itself", async () => {
    const { tenant, idp, browser } = await stage({ logout: "always" });
    const sp = await aLogoutSp(tenant, { name: "Wiki" });
    const told = await enter(app, browser, sp);
    const page = await follow(browser, await sendOf(browser, idp, askOf(idp), { binding: "post" }));
    const [frame] = framesOf(await page.text());
    if (!frame) throw new Error("nobody is told");
    expect((await requestTo(sp, frame)).message.sessionIndexes).toEqual([told.sessionIndex ?? ""]);
    app.clock.advance({ seconds: 6 });
    const [logout] = await app.asSuperuser<{ id: string }>(
      "select id from app.logouts where tenant_id = $1",
      [tenant.id],
    );
    const { message } = await answerTo(idp, await browser.get(`/sign-out/${logout?.id}`));
    expect(message.status).toMatchObject({
      code: statusCodes.success,
      subCode: statusCodes.partialLogout,
    });
    expect(await tenant.events("logout.provider_told")).toEqual([]);
  });

  test("drops a sign-in on its word that is half done", async () => {
    const { tenant, idp } = await stage();
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    const browser = tenant.newBrowser();
    await signInBy(app, browser, idp, {
      nameId: "00u-ada",
      typed: `00u-ada@${idp.domain}`,
      email: `00u-ada@${idp.domain}`,
    });
    const code = (await tenant.mails()).at(-1)?.text.match(/\b\d{8}\b/)?.[0] ?? "";
    await sendOf(tenant.newBrowser(), idp, askOf(idp));
    await browser.post("/sign-in/code", { code });
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("goes on to it from an application's request where it is told always", async () => {
    const { tenant, idp, browser } = await stage({ logout: "always" });
    const sp = await aLogoutSp(tenant);
    const told = await enter(app, browser, sp);
    const { askFrom, sendFrom, logoutResponse } = await import("./support.ts");
    const sent = await sendFrom(browser, askFrom(app, sp, told), { relayState: "home" });
    const asked = await requestTo(idp, await onward(await follow(browser, sent)));
    expect(asked.url).toBe(idp.sloUrl);
    const xml = logoutResponse(app, {
      issuer: idp.entityId,
      destination: idp.ourSloUrl,
      inResponseTo: asked.message.id,
    });
    const back = await bring(browser, `/saml/sp/slo/${idp.id}`, "SAMLResponse", xml);
    const answer = await answerTo(sp, await follow(browser, back));
    expect([answer.url, answer.relayState]).toEqual([sp.sloUrl, "home"]);
  });

  test("is posted its answer, to the address for answers", async () => {
    const { idp, browser } = await stage({
      endpoints: (url) => slo(url, { binding: bindings.post, answers: `${url}/done` }),
    });
    const answer = await answerTo(
      idp,
      await follow(browser, await sendOf(browser, idp, askOf(idp))),
    );
    expect(answer.url).toBe(`${idp.sloUrl}/done`);
  });
});

describe("is refused, and nobody is signed out", () => {
  type Stage = Awaited<ReturnType<typeof stage>>;
  const later = (seconds: number) => new Date(app.clock.now().getTime() + seconds * 1_000);
  const cases: [
    what: string,
    status: number,
    code: string,
    send: (s: Stage) => Promise<Response>,
  ][] = [
    [
      "I6 unsigned",
      400,
      "signature_missing",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp), { key: null }),
    ],
    [
      "I6 unsigned, by post",
      400,
      "signature_missing",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp), { key: null, binding: "post" }),
    ],
    [
      "I6 signed by another key",
      400,
      "signature_invalid",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp), { key: stranger.privateKeyPem }),
    ],
    [
      "for another destination",
      400,
      "destination_mismatch",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp, { destination: `${idp.ourSloUrl}/` })),
    ],
    [
      "too old",
      400,
      "request_expired",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp, { at: later(-721) })),
    ],
    [
      "run out",
      400,
      "request_expired",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp, { notOnOrAfter: later(-120) })),
    ],
    [
      "by another issuer",
      400,
      "issuer_mismatch",
      ({ browser, idp }) => sendOf(browser, idp, askOf(idp, { issuer: "https://other.example" })),
    ],
    [
      "no message",
      400,
      "message_missing",
      ({ browser, idp }) => browser.get(`/saml/sp/slo/${idp.id}`),
    ],
  ];
  test.each(cases)("%s", async (_, status, code, send) => {
    const s = await stage();
    const { audit_events: __, limits: ___, ...before } = await stateOf(app, s.tenant);
    const answer = await send(s);
    const { audit_events: ____, limits: _____, ...after } = await stateOf(app, s.tenant);
    expect(answer.status).toBe(status);
    expect(after).toEqual(before);
    expect(await isSignedIn(s.browser)).toBe(true);
    expect((await s.tenant.events("logout.message_refused")).at(-1)?.data["code"]).toBe(code);
  });

  test("at another provider's address, in this tenant and in another one", async () => {
    const { tenant, idp, browser } = await stage();
    const other = await aLogoutIdp(tenant);
    const theirs = await app.aTenant();
    const foreign = await aLogoutIdp(theirs);
    expect(
      (await sendOf(browser, other, askOf(idp, { destination: other.ourSloUrl }))).status,
    ).toBe(400);
    expect((await sendOf(browser, foreign, askOf(idp))).status).toBe(404);
    const there = theirs.newBrowser();
    const { message } = await answerTo(
      foreign,
      await follow(there, await sendOf(there, foreign, askOf(foreign))),
    );
    expect(message.status).toMatchObject({
      code: statusCodes.requester,
      subCode: statusCodes.unknownPrincipal,
    });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("of one that is disabled, or a draft", async () => {
    const { tenant, idp, browser } = await stage();
    await tenant.api.put(`/identity-providers/${idp.id}/disablement`, { confirmed: true });
    expect((await sendOf(browser, idp, askOf(idp))).status).toBe(403);
    expect(await isSignedIn(browser)).toBe(true);
    const draft = await ok<{ id: string }>(
      tenant.api.post("/identity-providers", { name: "Draft", preset: "okta" }),
    );
    expect((await browser.get(`/saml/sp/slo/${draft.id}?SAMLRequest=x`)).status).toBe(400);
  });
});
