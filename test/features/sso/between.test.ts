// Between the request and the answer: what is no longer right when the answer is made is not told, and an answer is given once, in the
// browser that asked.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { stateOf } from "../../http/support/state.ts";
import { deflated } from "../../protocols/saml/support/requests.ts";
import { metadataOf } from "../applications/support.ts";
import {
  agree,
  anSp,
  authnRequest,
  fieldsOf,
  headingOf,
  isPosting,
  received,
  signOn,
  type Sp,
  waitingAt,
} from "./support.ts";

const app = await testApp();

interface Opened {
  readonly tenant: TestTenant;
  readonly browser: Browser;
  readonly sp: Sp;
  readonly groupId: string;
  /** Where the request waits. */
  readonly path: string;
  /** Presses the button of the consent page that is open. */
  readonly press: () => Promise<Response>;
}

/** A person with access by a group looks at the consent page. */
async function opened(): Promise<Opened> {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const { browser, me } = tenant;
  const { id: groupId } = await tenant.aGroup("Authors", [me]);
  const sp = await anSp(tenant, { availableToAll: false });
  await tenant.api.post(`/applications/${sp.application.id}/grants`, { groupId });
  const path = await waitingAt(browser, authnRequest(app, sp));
  const fields = { ...fieldsOf(await (await browser.get(path)).text(), path), choice: "continue" };
  const press = () => browser.post(`${path}/consent`, fields);
  return { tenant, browser, sp, groupId, path, press };
}

const issued = (tenant: TestTenant) => tenant.events("sso.assertion_issued");

const participants = ({ id }: TestTenant) =>
  app.asSuperuser("select 1 from app.saml_session_participants where tenant_id = $1", [id]);

async function endSessionOf(tenant: TestTenant): Promise<void> {
  const answer = await tenant.api.get(`/sessions?userId=${tenant.me.id}`);
  const { items } = (await answer.json()) as { items: { id: string }[] };
  expect((await tenant.api.delete(`/sessions/${items[0]?.id}`)).status).toBe(204);
}

async function untilSomebodyWaits(): Promise<void> {
  for (let looks = 0; looks < 100; looks += 1) {
    const waits = await app.asSuperuser(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (waits.length > 0) return;
    await Bun.sleep(20);
  }
}

describe("I4 access is asked for again when the answer is made", () => {
  const changes: readonly [what: string, change: (on: Opened) => Promise<unknown>][] = [
    [
      "the group's grant was revoked",
      ({ tenant, sp, groupId }) =>
        tenant.api.delete(`/applications/${sp.application.id}/grants/${groupId}`),
    ],
    [
      "the person left the group",
      ({ tenant, groupId }) => tenant.api.delete(`/groups/${groupId}/members/${tenant.me.id}`),
    ],
    ["the group was deleted", ({ tenant, groupId }) => tenant.api.delete(`/groups/${groupId}`)],
    [
      "the application was disabled",
      ({ tenant, sp }) => tenant.api.put(`/applications/${sp.application.id}/disablement`),
    ],
  ];

  test.each(changes)("%s", async (_, change) => {
    const on = await opened();
    expect(await change(on)).toMatchObject({ ok: true });
    const message = await received(await on.press(), on.sp);
    expect(message).toMatchObject({
      status: "Responder RequestDenied",
      nameId: null,
      attributes: {},
    });
    expect(await issued(on.tenant)).toEqual([]);
    expect(await on.tenant.events("sso.access_denied")).toHaveLength(1);
    expect((await on.press()).status).toBe(410);
  });

  test("also where consent was given before and no page is shown", async () => {
    const on = await opened();
    await on.press();
    const next = await waitingAt(on.browser, authnRequest(app, on.sp));
    await on.tenant.api.delete(`/applications/${on.sp.application.id}/grants/${on.groupId}`);
    const page = await (await on.browser.get(next)).text();
    expect([isPosting(page), page.includes("You have no access to Wiki")]).toEqual([false, true]);
    expect(await issued(on.tenant)).toHaveLength(1);
  });

  test("the person was deactivated", async () => {
    const on = await opened();
    await on.tenant.api.put(`/users/${on.tenant.me.id}/deactivation`);
    const answer = await on.press();
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      "/sign-in?return_to=%2F",
    ]);
    expect(await issued(on.tenant)).toEqual([]);
  });

  test("the session was ended", async () => {
    const on = await opened();
    await endSessionOf(on.tenant);
    expect((await on.press()).headers.get("location")).toBe("/sign-in?return_to=%2F");
    expect(await issued(on.tenant)).toEqual([]);
  });

  test("the session was ended while the answer's body was on its way", async () => {
    const on = await opened();
    const page = await (await on.browser.get(on.path)).text();
    const body = new URLSearchParams({ ...fieldsOf(page, on.path), choice: "continue" });
    // Asked for when the door has let the request in.
    const slow = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await endSessionOf(on.tenant);
          controller.enqueue(new TextEncoder().encode(body.toString()));
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await on.browser.send("POST", `${on.path}/consent`, slow, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, on.path]);
    expect([await issued(on.tenant), await participants(on.tenant)]).toEqual([[], []]);
    // It waits, for whoever signs in.
    expect((await on.browser.get(on.path)).headers.get("location")).toContain("/sign-in?");
  });

  test.each(["page", "button"] as const)(
    "the session is being ended in the moment of the answer: by the %s",
    async (by) => {
      const on = await opened();
      if (by === "page") await on.press();
      const before = (await issued(on.tenant)).length;
      const path = by === "page" ? await waitingAt(on.browser, authnRequest(app, on.sp)) : on.path;
      const press = by === "page" ? () => on.browser.get(path) : on.press;
      const ending = await app.connect("superuser");
      await ending.query("begin");
      await ending.query(
        "update app.sessions set ended_at = now(), end_reason = 'ended_by_admin' where tenant_id = $1",
        [on.tenant.id],
      );
      const answer = press();
      await Promise.race([answer, untilSomebodyWaits()]);
      await ending.query("commit");
      const { status, headers } = await answer;
      expect([status, headers.get("location") ?? ""]).toEqual([
        303,
        by === "page" ? expect.stringContaining("/sign-in?") : path,
      ]);
      expect(await issued(on.tenant)).toHaveLength(before);
    },
  );

  test("the application was deleted", async () => {
    const on = await opened();
    await on.tenant.api.delete(`/applications/${on.sp.application.id}`);
    expect((await on.press()).status).toBe(410);
    expect((await on.browser.get(on.path)).status).toBe(410);
    expect(await issued(on.tenant)).toEqual([]);
  });

  test("the address was taken out of the metadata: nothing goes there any more", async () => {
    const on = await opened();
    const metadataXml = metadataOf(on.sp.entityId, "https://moved.example.org/acs");
    const path = `/applications/${on.sp.application.id}/metadata`;
    expect((await on.tenant.api.put(path, { metadataXml })).status).toBe(200);
    const page = await (await on.press()).text();
    expect([isPosting(page), page.includes(on.sp.acsUrl)]).toEqual([false, false]);
    const cancel = await on.browser.post(`${on.path}/consent`, { choice: "cancel" });
    const told = await cancel.text();
    expect([isPosting(told), told.includes(on.sp.acsUrl)]).toEqual([false, false]);
    expect(await issued(on.tenant)).toEqual([]);
  });

  test("access that came meanwhile opens the way", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant, { availableToAll: false });
    const path = await waitingAt(tenant.browser, authnRequest(app, sp));
    expect(await (await tenant.browser.get(path)).text()).toContain("You have no access to Wiki");
    await tenant.api.patch(`/applications/${sp.application.id}`, { availableToAll: true });
    expect((await received(await agree(tenant.browser, path), sp)).status).toBe("Success");
  });
});

describe("a request is answered once", () => {
  test("the button pressed twice, one after the other", async () => {
    const on = await opened();
    expect((await received(await on.press(), on.sp)).status).toBe("Success");
    expect((await on.press()).status).toBe(410);
    expect((await on.browser.get(on.path)).status).toBe(410);
  });

  test("the button pressed many times at once", async () => {
    const on = await opened();
    // Each of them still has the cookie: in a browser they leave before the first answer comes.
    const answers = await Promise.all(Array.from({ length: 6 }, () => on.press()));
    const pages = await Promise.all(answers.map((answer) => answer.text()));
    expect(pages.filter(isPosting)).toHaveLength(1);
    expect(await issued(on.tenant)).toHaveLength(1);
  });

  test("not again after the button was pressed, even by a page that is loaded again", async () => {
    const on = await opened();
    const cookie = on.browser.cookies.get(`__Host-sso-${on.path.slice(-12)}`)!;
    await on.press();
    on.browser.cookies.set(`__Host-sso-${on.path.slice(-12)}`, cookie);
    expect((await on.browser.get(on.path)).status).toBe(410);
  });

  test("not after half an hour", async () => {
    const on = await opened();
    app.clock.advance({ minutes: 29, seconds: 50 });
    expect((await on.browser.get(on.path)).status).toBe(200);
    app.clock.advance({ seconds: 15 });
    expect((await on.browser.get(on.path)).status).toBe(410);
    expect((await on.press()).status).toBe(410);
    expect(await issued(on.tenant)).toEqual([]);
  });
});

describe("a page that hands over by itself", () => {
  /** Consent was given before: the page of the next request answers as soon as it is loaded. */
  async function handingOver() {
    const on = await opened();
    await on.press();
    const path = await waitingAt(on.browser, authnRequest(app, on.sp));
    const load = () => on.browser.get(path);
    return { ...on, path, load };
  }
  const assertionOf = (xml: string) => /<saml:Assertion [^>]*ID="([^"]+)"/.exec(xml)?.[1];

  test("can be loaded again for a minute: each time an assertion of its own to the same request", async () => {
    const { load, sp, tenant } = await handingOver();
    const first = await received(await load(), sp);
    app.clock.advance({ seconds: 59 });
    const again = await received(await load(), sp);
    expect([first.status, again.status]).toEqual(["Success", "Success"]);
    expect(again.inResponseTo).toBe(first.inResponseTo);
    expect(assertionOf(again.xml)).not.toBe(assertionOf(first.xml));
    expect(await issued(tenant)).toHaveLength(3);
    app.clock.advance({ seconds: 2 });
    expect((await load()).status).toBe(410);
    expect(await issued(tenant)).toHaveLength(3);
  });

  test("counts the minute from the first time", async () => {
    const { load } = await handingOver();
    await load();
    app.clock.advance({ seconds: 40 });
    expect((await load()).status).toBe(200);
    app.clock.advance({ seconds: 40 });
    expect((await load()).status).toBe(410);
  });

  test("decides anew each time", async () => {
    const { load, sp, tenant, groupId } = await handingOver();
    await load();
    await tenant.api.delete(`/applications/${sp.application.id}/grants/${groupId}`);
    const page = await (await load()).text();
    expect([isPosting(page), headingOf(page)]).toEqual([false, "You have no access to Wiki"]);
  });

  test("says again why there is no assertion", async () => {
    const tenant = await app.aTenant();
    const [sp, browser] = [await anSp(tenant), tenant.newBrowser()];
    const passive = authnRequest(app, sp, { attributes: 'IsPassive="true"' });
    const path = await waitingAt(browser, passive);
    for (const _ of [1, 2]) {
      expect((await received(await browser.get(path), sp)).status).toBe("Responder NoPassive");
    }
  });

  test("belongs to its browser, the second time as the first", async () => {
    const { load, tenant, path } = await handingOver();
    await load();
    const another = await tenant.signedIn(tenant.me);
    expect((await another.get(path)).status).toBe(403);
  });

  test("takes many loads at once", async () => {
    const { load } = await handingOver();
    const answers = await Promise.all(Array.from({ length: 6 }, load));
    const pages = await Promise.all(answers.map((answer) => answer.text()));
    expect(pages.filter(isPosting)).toHaveLength(6);
  });
});

describe("HEAD takes no step in a person's place", () => {
  const head = (browser: Browser, path: string) => browser.send("HEAD", path, null);

  test("a request that would be answered goes on waiting", async () => {
    const on = await opened();
    await on.press();
    const path = await waitingAt(on.browser, authnRequest(app, on.sp));
    const before = await stateOf(app, on.tenant);
    const answer = await head(on.browser, path);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(headerProblems(answer)).toEqual([]);
    expect(await stateOf(app, on.tenant)).toEqual(before);
    expect((await received(await on.browser.get(path), on.sp)).status).toBe("Success");
  });

  test("a request that arrives is not taken, and a launch starts nothing", async () => {
    const { tenant, browser, sp } = await opened();
    const before = await stateOf(app, tenant);
    const query = `SAMLRequest=${deflated(authnRequest(app, sp))}`;
    expect((await head(browser, `/saml/idp/sso?${query}`)).status).toBe(200);
    expect((await head(browser, `/saml/idp/launch/${sp.application.id}`)).status).toBe(200);
    expect(await stateOf(app, tenant)).toEqual(before);
    expect((await browser.get(`/saml/idp/sso?${query}`)).status).toBe(303);
  });

  test("who may not call is told so, as by GET", async () => {
    const { tenant, sp } = await opened();
    const stranger = tenant.newBrowser();
    const answer = await head(stranger, `/saml/idp/launch/${sp.application.id}`);
    expect(answer.headers.get("location")).toStartWith("/sign-in?return_to=");
  });
});

describe("a request belongs to the browser that brought it", () => {
  const cookieOf = (path: string) => `__Host-sso-${path.slice(-12)}`;

  test("another browser of the same person is refused: a link to somebody's own request signs nobody in", async () => {
    const on = await opened();
    const another = await on.tenant.signedIn(on.tenant.me);
    expect((await another.get(on.path)).status).toBe(403);
    expect((await another.post(`${on.path}/consent`, { choice: "continue" })).status).toBe(403);
    expect((await another.post(`${on.path}/consent`, { choice: "cancel" })).status).toBe(403);
    expect(await issued(on.tenant)).toEqual([]);
    expect((await received(await on.press(), on.sp)).status).toBe("Success");
  });

  test.each(["forged", "of another request", "cut"])(
    "a cookie that is %s is refused",
    async (what) => {
      const on = await opened();
      const name = cookieOf(on.path);
      const own = on.browser.cookies.get(name)!;
      const other = await waitingAt(on.browser, authnRequest(app, on.sp));
      const values: Record<string, string> = {
        forged: "x".repeat(43),
        "of another request": on.browser.cookies.get(cookieOf(other))!.value,
        cut: own.value.slice(1),
      };
      on.browser.cookies.set(name, { ...own, value: values[what]! });
      expect((await on.browser.get(on.path)).status).toBe(403);
      expect((await on.press()).status).toBe(403);
      expect(await issued(on.tenant)).toEqual([]);
    },
  );

  test("the cookie is bound to our host, out of scripts' reach, and gone after the answer", async () => {
    const on = await opened();
    const { header } = on.browser.cookies.get(cookieOf(on.path))!;
    expect(header).toMatch(/; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    await on.press();
    expect(on.browser.cookies.has(cookieOf(on.path))).toBe(false);
  });

  test("two tabs do not disturb each other, answered in either order", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const [one, two] = [await anSp(tenant), await anSp(tenant)];
    const first = await waitingAt(tenant.browser, authnRequest(app, one), { relayState: "first" });
    const second = await waitingAt(tenant.browser, authnRequest(app, two), {
      relayState: "second",
    });
    const third = await waitingAt(tenant.browser, authnRequest(app, one), { relayState: "third" });
    const answered = async (path: string, sp: Sp) => {
      const { relayState, acsUrl } = await received(await agree(tenant.browser, path), sp);
      return { relayState, isThere: acsUrl === sp.acsUrl };
    };
    expect(await answered(second, two)).toEqual({ relayState: "second", isThere: true });
    expect(await answered(first, one)).toEqual({ relayState: "first", isThere: true });
    // Consent was given a moment ago.
    expect((await received(await tenant.browser.get(third), one)).relayState).toBe("third");
  });
});

test("what one tenant issued is no key to another's application of the same name", async () => {
  const [ours, theirs] = [
    await app.aTenant({ signedInAs: "member" }),
    await app.aTenant({ signedInAs: "member" }),
  ];
  const [one, other] = [await anSp(ours), await anSp(theirs)];
  const [first, second] = [
    await signOn(ours.browser, one, authnRequest(app, one)),
    await signOn(theirs.browser, other, authnRequest(app, other)),
  ];
  expect(first.issuer).not.toBe(second.issuer);
  const certificate = (xml: string) => /X509Certificate>([^<]+)</.exec(xml)?.[1];
  expect(certificate(first.xml)).not.toBe(certificate(second.xml));
});
