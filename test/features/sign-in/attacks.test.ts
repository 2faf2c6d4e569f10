// Attack cases on the way in, each by its number: A2 fixation, A3 orders of steps (walks.test.ts has the model), and what limits say.
import { describe, expect, test } from "bun:test";
import { routeTable } from "#src/app.ts";
import { isUnsafe, nameOf, pathWith, permitOf } from "../../http/support/world.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import {
  deviceCookie,
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  sessionCookie,
  setPolicy,
  throughPassword,
} from "./support.ts";

const house = await testApp();

describe("A2: fixation, pre-login id kept", () => {
  test("each step that proves something renews the handle, and the session and the device are new", async () => {
    const tenant = await house.aTenant();
    await setPolicy(tenant, { email_proof_first: true, strength: "strong", grace_days: 7 });
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const handles: string[] = [];
    const keep = () => handles.push(browser.cookies.get(handleCookie)?.value ?? "none");
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    keep();
    await browser.post("/sign-in/proof", { code: await mailedCode(tenant, user.email) });
    keep();
    await browser.post("/sign-in/password", { password: goodPassword });
    keep();
    expect(new Set(handles).size).toBe(3);
    const thief = tenant.newBrowser();
    for (const handle of handles.slice(0, 2)) {
      thief.cookies.set(handleCookie, { value: handle, header: "" });
      expect((await thief.post("/sign-in/enrolment/later")).status).toBe(410);
    }
    const planted = { value: "A".repeat(43), header: "" };
    browser.cookies.set(sessionCookie, planted).set(deviceCookie, planted);
    await browser.post("/sign-in/enrolment/later");
    expect(await isSignedIn(browser)).toBe(true);
    for (const cookie of [sessionCookie, deviceCookie])
      expect(browser.cookies.get(cookie)?.value).not.toBe(planted.value);
  });
});

/** Forms that begin something for anybody. They sign nobody in by themselves either. */
const entrances = [
  "POST /forgotten-password",
  "POST /sign-in",
  "POST /sign-in/passkey",
  "POST /sign-in/passkey/options",
  "POST /sign-in/with/:providerId",
  "POST /sign-out",
];
const forms = routeTable.filter((route) => route.kind !== "endpoint" && isUnsafe(route));
const ofNobody = forms.filter((route) => permitOf(route) === "public");
const steps = ofNobody.filter((route) => !entrances.includes(nameOf(route)));
const ofSomebody = forms.filter((route) => permitOf(route) !== "public");
const fields = {
  code: "12345678",
  password: goodPassword,
  way: "totp",
  response: "{}",
  name: "x",
  reason: "x",
};
/** Ids and links that are nobody's. */
const madeUp: Readonly<Record<string, string>> = new Proxy(
  { token: "A".repeat(43) },
  { get: (known, name) => Reflect.get(known, name) ?? crypto.randomUUID() },
);

/** How far a browser has come, by what, and which forms are that step's own. */
const stands: Readonly<
  Record<string, { reach: (browser: Browser, at: Stand) => Promise<unknown>; own: RegExp }>
> = {
  nowhere: { reach: async () => undefined, own: /^$/ },
  "at the password": {
    reach: (browser, { user }) => browser.post("/sign-in", { email: user.email, return_to: "/" }),
    own: /^\/sign-in\/password$/,
  },
  "at the mailed code": {
    reach: (browser, { user }) => throughPassword(browser, user.email),
    own: /^\/sign-in\/(code|codes|ways)$/,
  },
  "at the set-up": {
    reach: async (browser, { tenant, asked }) => {
      await throughPassword(browser, asked.email);
      await browser.post("/sign-in/code", { code: await mailedCode(tenant, asked.email) });
    },
    own: /^\/sign-in\/enrolment\//,
  },
};
interface Stand {
  readonly tenant: TestTenant;
  readonly user: TestUser;
  /** Whose group asks for more than a code by e-mail. */
  readonly asked: TestUser;
}
async function aStand(): Promise<Stand> {
  const tenant = await house.aTenant();
  const asked = await tenant.aUser();
  const { id } = await tenant.aGroup("Asked for more", [asked]);
  await tenant.tenant.write((db) =>
    db.updateTable("groups").set({ strength: "strong" }).where("id", "=", id).execute(),
  );
  return { tenant, user: await tenant.aUser(), asked };
}

describe("A3: every step skipped, repeated, reordered, posted empty", () => {
  test("the forms are those of the route table, and there are many of them", () => {
    expect(entrances.filter((name) => !ofNobody.some((route) => nameOf(route) === name))).toEqual(
      [],
    );
    expect([steps.length > 15, ofSomebody.length > 60]).toEqual([true, true]);
  });

  test.each(Object.keys(stands))(
    "%s: every form of another step is refused, empty too",
    async (name) => {
      const stand = await aStand();
      const { reach, own } = stands[name] ?? stands["nowhere"]!;
      const foreign = steps.filter(({ path }) => !own.test(path));
      const skipped = steps.length - foreign.length;
      expect(name === "nowhere" ? skipped === 0 : skipped > 0).toBe(true);
      for (const route of foreign) {
        const browser = stand.tenant.newBrowser();
        await reach(browser, stand);
        const path = pathWith(route, madeUp);
        const empty = await browser.post(path);
        expect([route.path, [410, 422].includes(empty.status)]).toEqual([route.path, true]);
        const full = await browser.post(path, fields);
        expect([route.path, full.status]).toEqual([route.path, 410]);
        expect(await isSignedIn(browser)).toBe(false);
        // Ten codes an hour is what one account gets.
        house.clock.advance({ hours: 2 });
      }
    },
    240_000,
  );

  test("half a sign-in is nobody: every form of somebody sends to the sign-in page", async () => {
    const stand = await aStand();
    const browser = stand.tenant.newBrowser();
    await throughPassword(browser, stand.user.email);
    for (const route of ofSomebody) {
      const answer = await browser.send(
        "POST",
        `${pathWith(route, madeUp)}?_method=${route.method}`,
        "",
        {
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
      );
      expect([nameOf(route), answer.status, locationOf(answer)]).toEqual([
        nameOf(route),
        303,
        "/sign-in?return_to=%2F",
      ]);
    }
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("entrances sign nobody in, whatever is posted to them", async () => {
    const { tenant } = await aStand();
    for (const route of ofNobody.filter((one) => entrances.includes(nameOf(one)))) {
      const browser = tenant.newBrowser();
      await browser.post(route.path);
      await browser.post(route.path, { ...fields, email: "nobody@acme.example", return_to: "/" });
      expect([route.path, await isSignedIn(browser)]).toEqual([route.path, false]);
    }
  });
});

describe("limits", () => {
  test("say in words for administrators whom they stop, and no secret", async () => {
    const tenant = await house.aTenant();
    for (let tries = 0; tries < 10; tries += 1) {
      const browser = tenant.newBrowser();
      browser.ip = "2001:db8:1:2:3:4:5:6";
      await throughPassword(browser, "ada@example.com", "wrong and wrong again");
    }
    const rows = await house.asSuperuser<{ about: string }>(
      "select about from app.limits where tenant_id = $1 and about is not null",
      [tenant.id],
    );
    expect(rows.map(({ about }) => about)).toEqual(["ada@example.com from 2001:db8:1:2"]);
  });
});
