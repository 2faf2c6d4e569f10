// An application asks: whom it may sign out, and what it is told (I6).
import { describe, expect, test } from "bun:test";
import { bindings, statusCodes } from "#protocols/saml/constants.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { stranger } from "../../protocols/saml/support/keys.ts";
import { stateOf } from "../../http/support/state.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import {
  aLogoutSp,
  answerTo,
  askFrom,
  bring,
  enter,
  follow,
  framesOf,
  isSignedIn,
  logoutResponse,
  requestTo,
  saidOn,
  sendFrom,
  slo,
} from "./support.ts";

const app = await testApp();

async function stage() {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await aLogoutSp(tenant, { name: "Wiki" });
  const told = await enter(app, tenant.browser, sp);
  return { tenant, browser: tenant.browser, sp, told };
}

describe("a LogoutRequest of an application", () => {
  test.each(["redirect", "post"] as const)(
    "ends the session by %s and is answered where it is registered",
    async (binding) => {
      const { tenant, browser, sp, told } = await stage();
      const xml = askFrom(app, sp, told, { id: `_asked-${binding}` });
      const sent = await sendFrom(browser, xml, { binding, relayState: "back & forth" });
      expect(await isSignedIn(browser)).toBe(false);
      const answer = await answerTo(sp, await follow(browser, sent));
      expect(answer).toMatchObject({
        url: sp.sloUrl,
        relayState: "back & forth",
        message: {
          inResponseTo: `_asked-${binding}`,
          issuer: sp.application.entityId,
          destination: sp.sloUrl,
          status: { code: statusCodes.success, subCode: undefined },
        },
      });
      const events = [
        ...(await tenant.events("session.ended")),
        ...(await tenant.events("logout.by_application")),
      ];
      expect(events.map(({ data }) => data)).toMatchObject([
        { userId: tenant.me.id, reason: "signed_out_by_application" },
        { userId: tenant.me.id, application: "Wiki", sessions: 1 },
      ]);
    },
  );

  test("ends the session in whatever browser it comes, without telling that one anything", async () => {
    const { tenant, browser, sp, told } = await stage();
    const other = await aLogoutSp(tenant, { name: "Secret project" });
    await enter(app, browser, other);
    const stranger = tenant.newBrowser();
    const sent = await sendFrom(stranger, askFrom(app, sp, told), { binding: "post" });
    const arrival = sent.headers.get("location") ?? "";
    const page = await follow(
      stranger,
      await stranger.get(arrival.replace("/saml/logout/", "/sign-out/")),
    );
    expect(await page.clone().text()).not.toContain("Secret project");
    expect(await isSignedIn(browser)).toBe(false);
    const { message } = await answerTo(sp, await follow(stranger, await stranger.get(arrival)));
    // Somebody has to tell the other one, and nobody can from there.
    expect(message.status).toMatchObject({
      code: statusCodes.success,
      subCode: statusCodes.partialLogout,
    });
    expect(await tenant.events("logout.application_told")).toEqual([]);
  });

  test("tells the other applications of the browser's own session first, then goes back", async () => {
    const { tenant, browser, sp, told } = await stage();
    const notes = await aLogoutSp(tenant, { name: "Notes" });
    const toldNotes = await enter(app, browser, notes);
    const sent = await sendFrom(browser, askFrom(app, sp, told), {
      binding: "post",
      relayState: "r",
    });
    const path =
      (await browser.get(sent.headers.get("location") ?? "")).headers.get("location") ?? "";
    expect(path).toStartWith("/sign-out/");
    const first = await browser.get(path);
    expect(first.headers.get("content-security-policy")).toContain(
      `frame-src 'self' ${new URL(notes.sloUrl).origin};`,
    );
    const page = await first.text();
    expect(saidOn(page)).toEqual({ Notes: "Waiting for its answer" });
    const [frame, second] = framesOf(page);
    if (!frame) throw new Error("nobody is told");
    expect(second).toBeUndefined();
    const asked = await requestTo(notes, frame);
    expect(asked).toMatchObject({
      url: notes.sloUrl,
      message: {
        issuer: notes.application.entityId,
        nameId: {
          value: toldNotes.nameId,
          format: toldNotes.nameIdFormat,
          nameQualifier: notes.application.entityId,
          spNameQualifier: notes.entityId,
        },
        sessionIndexes: [toldNotes.sessionIndex],
      },
    });
    const answered = await bring(
      browser,
      "/saml/idp/slo",
      "SAMLResponse",
      logoutResponse(app, {
        issuer: notes.entityId,
        destination: `${tenant.origin}/saml/idp/slo`,
        inResponseTo: asked.message.id,
      }),
      { isFramed: true },
    );
    expect(answered.status).toBe(204);
    const progress = await browser.get(`${path}/progress`);
    expect(progress.headers.get("location")).toBe(path);
    const { message, relayState } = await answerTo(sp, await browser.get(path));
    expect(message.status).toMatchObject({ code: statusCodes.success, subCode: undefined });
    expect(relayState).toBe("r");
    expect(
      (await tenant.events("logout.application_answered")).map(({ data }) => data),
    ).toMatchObject([{ application: "Notes", outcome: "signed_out" }]);
  });

  test("goes back after six seconds, whoever did not answer, and says so", async () => {
    const { tenant, browser, sp, told } = await stage();
    const silent = await aLogoutSp(tenant, { name: "Silent" });
    await enter(app, browser, silent);
    const sent = await sendFrom(browser, askFrom(app, sp, told));
    const page = await follow(browser, sent);
    expect(framesOf(await page.text())).toHaveLength(1);
    app.clock.advance({ seconds: 6 });
    const { message } = await answerTo(
      sp,
      await follow(browser, await browser.get(sent.headers.get("location") ?? "")),
    );
    expect(message.status.subCode).toBe(statusCodes.partialLogout);
  });

  test("without an index means every session of that name there, and of nobody else", async () => {
    const { tenant, browser, sp, told } = await stage();
    const second = await tenant.signedIn(tenant.me);
    await enter(app, second, sp);
    const grace = await tenant.signedIn(await tenant.aUser());
    await enter(app, grace, sp);
    await sendFrom(tenant.newBrowser(), askFrom(app, sp, told, { sessionIndex: null }));
    expect([await isSignedIn(browser), await isSignedIn(second), await isSignedIn(grace)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("knows a transient name and each one before it by one index", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await aLogoutSp(tenant, { nameIdFormat: nameIdFormats.transient });
    const [first, second] = [
      await enter(app, tenant.browser, sp),
      await enter(app, tenant.browser, sp),
    ];
    expect(first.nameId).not.toBe(second.nameId);
    expect(first.sessionIndex).toBe(second.sessionIndex);
    const { message } = await answerTo(
      sp,
      await follow(tenant.browser, await sendFrom(tenant.browser, askFrom(app, sp, first))),
    );
    expect(message.status.code).toBe(statusCodes.success);
    expect(await isSignedIn(tenant.browser)).toBe(false);
  });

  test("still ends the session after the person signed in anew in the same browser", async () => {
    const { tenant, browser, sp, told } = await stage();
    await browser.post("/sign-in", { email: tenant.me.email, return_to: "/", reauthenticate: "1" });
    await browser.post("/sign-in/password", { password: "otter lantern velvet quarry" });
    const code = (await tenant.mails()).at(-1)?.text.match(/\b\d{8}\b/)?.[0] ?? "";
    expect((await browser.post("/sign-in/code", { code })).status).toBe(303);
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "replaced",
    ]);
    await sendFrom(tenant.newBrowser(), askFrom(app, sp, told));
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("is answered with success again when it comes again, and changes nothing any more", async () => {
    const { tenant, browser, sp, told } = await stage();
    const xml = askFrom(app, sp, told, { sessionIndex: null });
    await sendFrom(browser, xml);
    const anew = await tenant.signedIn(tenant.me);
    await enter(app, anew, sp);
    const before = await stateOf(app, tenant);
    const { message } = await answerTo(
      sp,
      await follow(tenant.newBrowser(), await sendFrom(tenant.newBrowser(), xml)),
    );
    expect(message.status.code).toBe(statusCodes.success);
    expect(await stateOf(app, tenant)).toEqual(before);
    expect(await isSignedIn(anew)).toBe(true);
  });

  test("of two at once one ends the session, and both are answered", async () => {
    const { tenant, browser, sp, told } = await stage();
    const xml = askFrom(app, sp, told);
    const sent = await Promise.all([
      sendFrom(browser, xml),
      sendFrom(browser, xml),
      sendFrom(browser, xml),
    ]);
    expect(new Set(sent.map(({ headers }) => headers.get("location"))).size).toBe(1);
    expect(await tenant.events("logout.by_application")).toHaveLength(1);
  });
});

describe("its answer", () => {
  const endingWith = async (endpoints: (url: string) => string) => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await aLogoutSp(tenant, { endpoints });
    const told = await enter(app, tenant.browser, sp);
    const sent = await sendFrom(tenant.browser, askFrom(app, sp, told), { relayState: "r" });
    return { sp, tenant, answer: await follow(tenant.browser, sent) };
  };

  test("goes to the address for answers where there is one", async () => {
    const { sp, answer } = await endingWith((url) => slo(url, { answers: `${url}/answers` }));
    expect((await answerTo(sp, answer)).url).toBe(`${sp.sloUrl}/answers`);
  });

  test("is posted by a page where the application takes nothing else", async () => {
    const { sp, answer } = await endingWith((url) => slo(url, { binding: bindings.post }));
    expect(answer.headers.get("content-security-policy")).toContain("form-action 'self' https:;");
    const sent = await answerTo(sp, answer);
    expect([sent.url, sent.relayState, sent.message.destination]).toEqual([
      sp.sloUrl,
      "r",
      sp.sloUrl,
    ]);
  });

  test("is a page of ours where it has no address for it", async () => {
    const { tenant, answer } = await endingWith(() => "");
    expect(await answer.text()).toContain("You are signed out");
    expect(await isSignedIn(tenant.browser)).toBe(false);
  });

  test("reaches an application that asked from a frame, where no page of ours shows", async () => {
    const { browser, sp, told } = await stage();
    const sent = await sendFrom(browser, askFrom(app, sp, told), { isFramed: true });
    const answer = await follow(browser, sent, { isFramed: true });
    expect(answer.status).toBe(302);
    expect((await answerTo(sp, answer)).message.status.code).toBe(statusCodes.success);
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
      "I6 unsigned, by redirect",
      400,
      "signature_missing",
      ({ browser, sp, told }) => sendFrom(browser, askFrom(app, sp, told), { key: null }),
    ],
    [
      "I6 unsigned, by post",
      400,
      "signature_missing",
      ({ browser, sp, told }) =>
        sendFrom(browser, askFrom(app, sp, told), { key: null, binding: "post" }),
    ],
    [
      "I6 signed by another key",
      400,
      "signature_invalid",
      ({ browser, sp, told }) =>
        sendFrom(browser, askFrom(app, sp, told), { key: stranger.privateKeyPem }),
    ],
    [
      "I6 posted under another key",
      400,
      "signature_invalid",
      ({ browser, sp, told }) =>
        sendFrom(browser, askFrom(app, sp, told), { key: stranger.privateKeyPem, binding: "post" }),
    ],
    [
      "for another destination",
      400,
      "destination_mismatch",
      ({ browser, sp, told }) =>
        sendFrom(
          browser,
          askFrom(app, sp, told, { destination: "https://other.example/saml/idp/slo" }),
        ),
    ],
    [
      "too old",
      400,
      "request_expired",
      ({ browser, sp, told }) => sendFrom(browser, askFrom(app, sp, told, { at: later(-721) })),
    ],
    [
      "from the future",
      400,
      "request_not_yet_valid",
      ({ browser, sp, told }) => sendFrom(browser, askFrom(app, sp, told, { at: later(121) })),
    ],
    [
      "run out",
      400,
      "request_expired",
      ({ browser, sp, told }) =>
        sendFrom(browser, askFrom(app, sp, told, { notOnOrAfter: later(-120) })),
    ],
    [
      "from nobody we know",
      400,
      "logout.unknown_sender",
      ({ browser, sp, told }) =>
        sendFrom(browser, askFrom(app, sp, told, { issuer: "https://nobody.example" })),
    ],
    ["no message", 400, "message_missing", ({ browser }) => browser.get("/saml/idp/slo")],
    [
      "no form",
      400,
      "logout.message_invalid",
      ({ browser }) =>
        browser.post("/saml/idp/slo", {}, { headers: { "content-type": "text/plain" } }),
    ],
    [
      "a field that is repeated",
      400,
      "logout.message_invalid",
      ({ browser }) => browser.post("/saml/idp/slo", { SAMLRequest: ["a", "b"] }),
    ],
    [
      "a bomb",
      400,
      "forbidden_xml",
      ({ browser }) =>
        sendFrom(browser, '<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>', {
          binding: "post",
          key: null,
        }),
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
    const events = await s.tenant.events("logout.message_refused");
    // What is no message at all never came as far as to be one.
    expect(events.at(-1)?.data["code"] ?? "logout.message_invalid").toBe(code);
  });

  test("by an application without a certificate, with a page that says what to do", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await aLogoutSp(tenant, { hasCertificate: false });
    const told = await enter(app, tenant.browser, sp);
    for (const way of [{}, { key: null }, { binding: "post" as const }]) {
      const answer = await sendFrom(tenant.browser, askFrom(app, sp, told), way);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain("has given us no certificate");
    }
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("by an application that is switched off", async () => {
    const { tenant, browser, sp, told } = await stage();
    await tenant.api.put(`/applications/${sp.application.id}/disablement`);
    expect((await sendFrom(browser, askFrom(app, sp, told))).status).toBe(403);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("after sixty from one network unrecorded, and never what is signed as it should be", async () => {
    const { tenant, browser, sp, told } = await stage();
    for (let at = 0; at < 60; at += 1) await browser.get("/saml/idp/slo");
    const answer = await sendFrom(browser, askFrom(app, sp, told), { key: null });
    expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect((await tenant.events("logout.message_refused")).length).toBe(60);
    expect((await sendFrom(browser, askFrom(app, sp, told))).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe("names nobody that the application was told of: answered as such, and nobody is signed out", () => {
  const unknown = async (
    tenant: TestTenant,
    sp: Parameters<typeof answerTo>[0],
    browser = tenant.browser,
    sent: Promise<Response>,
  ) => {
    const { message } = await answerTo(sp, await follow(browser, await sent));
    expect(message.status).toMatchObject({
      code: statusCodes.requester,
      subCode: statusCodes.unknownPrincipal,
    });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await tenant.events("logout.unknown_session")).toHaveLength(1);
    expect(await tenant.events("session.ended")).toEqual([]);
  };

  test("another name, format or qualifier", async () => {
    for (const wish of [
      { nameId: "somebody@else.example" },
      { nameIdAttributes: ` Format="${nameIdFormats.persistent}"` },
      { nameIdAttributes: ' NameQualifier="urn:other"' },
      { nameIdAttributes: ' SPNameQualifier="urn:other"' },
    ]) {
      const { tenant, browser, sp, told } = await stage();
      await unknown(tenant, sp, browser, sendFrom(browser, askFrom(app, sp, told, wish)));
    }
  });

  test("I6 the index of another application in the same session", async () => {
    const { tenant, browser, sp, told } = await stage();
    const other = await aLogoutSp(tenant);
    const toldOther = await enter(app, browser, other);
    expect(toldOther.sessionIndex).not.toBe(told.sessionIndex);
    await unknown(
      tenant,
      sp,
      browser,
      sendFrom(browser, askFrom(app, sp, told, { sessionIndex: toldOther.sessionIndex ?? "" })),
    );
  });

  test("an index that could be guessed from our ids", async () => {
    const { tenant, browser, sp, told } = await stage();
    const { items } = (await (await tenant.api.get(`/sessions?userId=${tenant.me.id}`)).json()) as {
      items: { id: string }[];
    };
    const id = items[0]?.id ?? "";
    expect(told.sessionIndex).toMatch(/^_[\w-]{43}$/);
    expect(told.sessionIndex).not.toContain(id);
    await unknown(
      tenant,
      sp,
      browser,
      sendFrom(browser, askFrom(app, sp, told, { sessionIndex: id })),
    );
  });

  test("T1 somebody of another tenant, asked for under the same key", async () => {
    const { tenant, told } = await stage();
    const theirs = await app.aTenant({ signedInAs: "member" });
    const sp = await aLogoutSp(theirs);
    const browser = theirs.newBrowser();
    const { message } = await answerTo(
      sp,
      await follow(browser, await sendFrom(browser, askFrom(app, sp, told))),
    );
    expect(message.status.subCode).toBe(statusCodes.unknownPrincipal);
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await tenant.events("logout.unknown_session")).toEqual([]);
  });
});
