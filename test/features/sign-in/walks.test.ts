// Any order of steps, right and wrong, old and new: a session appears exactly where the state table of features/sign-in/README.md says.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser, StoredCookie } from "../../support/browser.ts";
import {
  type App,
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  withApp,
  wrong,
} from "./support.ts";

const house = await testApp();
const { aTenant, clock } = house;
const walks = Number(process.env["WEFT_WALKS"] ?? 120);

type Who = "mailer" | "apper" | "nobody";
type State = "password" | "new_password" | "email_code" | "totp";

/** What the table says there is: the row behind this browser's handle, and the session it has. */
interface Model {
  row: {
    state: State;
    who: Who;
    since: number;
    tries: number;
    sends: number;
    codeSince: number;
  } | null;
  session: Who | null;
  readonly passwords: Record<Who, string>;
  resets: number;
}

interface Walk {
  readonly tenant: TestTenant;
  readonly browser: Browser;
  readonly users: Record<Exclude<Who, "nobody">, TestUser>;
  readonly app: App;
  readonly model: Model;
  readonly usedCodes: string[];
  readonly usedBackups: string[];
  readonly handles: StoredCookie[];
}

const minutes = (count: number) => count * 60_000;
const rowLife = minutes(30);
const codeLife = minutes(10);
const now = () => clock.now().getTime();

const isLive = ({ row }: Model, state: State) =>
  row !== null && row.state === state && now() - row.since < rowLife;

const emailOf = ({ users }: Walk, who: Who) =>
  who === "nobody" ? "nobody@example.com" : users[who].email;

const step = {
  start: async (walk: Walk, who: Who) => {
    await walk.browser.post("/sign-in", { email: emailOf(walk, who), return_to: "/" });
    walk.model.row = { state: "password", who, since: now(), tries: 0, sends: 0, codeSince: 0 };
  },
  password: async (walk: Walk, isRight: boolean) => {
    const { model, browser } = walk;
    const who = model.row?.who ?? "mailer";
    const password = isRight ? model.passwords[who] : "wrong and wrong again";
    const live = isLive(model, "password");
    const { status } = await browser.post("/sign-in/password", { password });
    if (status === 429 || !live || !model.row) return;
    if (!isRight || who === "nobody") return;
    if (who === "apper") Object.assign(model.row, { state: "totp", tries: 0 });
    else
      Object.assign(model.row, {
        state: "email_code",
        tries: 0,
        sends: model.row.sends + 1,
        codeSince: now(),
      });
  },
  emailCode: async (walk: Walk, kind: "right" | "wrong" | "old") => {
    const { model, tenant, browser, usedCodes } = walk;
    const live = isLive(model, "email_code");
    const newest = await mailedCode(tenant, walk.users.mailer.email).catch(() => "12345678");
    const code =
      kind === "right"
        ? newest
        : kind === "wrong"
          ? wrong(newest)
          : (usedCodes[0] ?? wrong(newest));
    const isRight = code === newest && live;
    const { status } = await browser.post("/sign-in/code", { code });
    if (status === 429 || !live || !model.row) return;
    if (model.row.tries >= 5 || now() - model.row.codeSince >= codeLife) return;
    if (!isRight) model.row.tries += 1;
    else signedIn(walk, () => usedCodes.push(code));
  },
  resend: async (walk: Walk) => {
    const { model, browser } = walk;
    const live = isLive(model, "email_code");
    const { status } = await browser.post("/sign-in/codes");
    if (status === 429 || !live || !model.row) return;
    if (model.row.sends >= 4) model.row = null;
    else Object.assign(model.row, { tries: 0, sends: model.row.sends + 1, codeSince: now() });
  },
  appCode: async (walk: Walk, kind: "right" | "wrong" | "used") => {
    const { model, app, browser, usedCodes } = walk;
    // The next step of time, so that a right code is not one that was used.
    clock.advance({ seconds: 31 });
    const live = isLive(model, "totp");
    const fresh = app.code();
    const code =
      kind === "right"
        ? fresh
        : kind === "wrong"
          ? wrong(fresh).slice(2)
          : (usedCodes.at(-1) ?? "000000");
    const { status } = await browser.post("/sign-in/totp", { code });
    judged(walk, { status, live, isRight: code === fresh }, () => usedCodes.push(code));
  },
  backupCode: async (walk: Walk, kind: "right" | "wrong" | "used") => {
    const { model, app, browser, usedBackups } = walk;
    const live = isLive(model, "totp");
    const unused = app.backupCodes.find((code) => !usedBackups.includes(code)) ?? "none";
    const code =
      kind === "right" ? unused : kind === "wrong" ? "00000-00000-00000" : (usedBackups[0] ?? "1");
    const { status } = await browser.post("/sign-in/backup-code", { code });
    judged(walk, { status, live, isRight: kind === "right" }, () => usedBackups.push(code));
  },
  reset: async (walk: Walk, who: Who) => {
    const { model, tenant, browser } = walk;
    if (who === "nobody" || model.resets === 3) return;
    model.resets += 1;
    await browser.post("/forgotten-password", { email: emailOf(walk, who) });
    const link = (await tenant.mails()).findLast(
      (mail) => mail.to === emailOf(walk, who) && mail.link.startsWith("/reset-password/"),
    )?.link;
    if (link === undefined) throw new Error("no link was mailed");
    await browser.get(link);
    await browser.post(link);
    model.row = { state: "new_password", who, since: now(), tries: 0, sends: 0, codeSince: 0 };
  },
  newPassword: async (walk: Walk, isGood: boolean) => {
    const { model, browser } = walk;
    const live = isLive(model, "new_password");
    const password = isGood ? `thimble marsh violin ${crypto.randomUUID()}` : "short";
    await browser.post("/sign-in/new-password", { password });
    if (!live || !model.row || !isGood) return;
    const { who } = model.row;
    model.passwords[who] = password;
    if (model.session === who) model.session = null;
    model.row = { state: "password", who, since: now(), tries: 0, sends: 0, codeSince: 0 };
  },
  signOut: async ({ browser, model }: Walk) => {
    await browser.post("/sign-out");
    Object.assign(model, { session: null, row: null });
  },
  look: async ({ browser }: Walk) => {
    for (const page of ["", "/password", "/code", "/totp", "/backup-code", "/new-password"]) {
      await browser.get(`/sign-in${page}`);
    }
  },
  forgetHandle: async ({ browser, model }: Walk) => {
    browser.cookies.delete(handleCookie);
    model.row = null;
  },
  oldHandle: async ({ browser, model, handles }: Walk) => {
    const current = browser.cookies.get(handleCookie)?.value;
    const old = handles.find(({ value }) => value !== current);
    if (!old) return;
    browser.cookies.set(handleCookie, old);
    model.row = null;
  },
  later: async (_: Walk, by: number) => clock.advance({ minutes: by }),
};

/** A code of the app or a backup code was judged: five wrong ones end the sign-in. */
function judged(
  walk: Walk,
  { status, live, isRight }: { status: number; live: boolean; isRight: boolean },
  use: () => void,
): void {
  const { model } = walk;
  if (status === 429 || !live || !model.row) return;
  if (isRight) return signedIn(walk, use);
  model.row.tries += 1;
  if (model.row.tries >= 5) model.row = null;
}

function signedIn({ model }: Walk, use: () => void): void {
  use();
  model.session = model.row?.who ?? null;
  model.row = null;
}

const who = fc.constantFrom<Who>("mailer", "mailer", "apper", "apper", "nobody");
const yes = fc.oneof(
  { weight: 3, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
type Action = { readonly name: string; readonly act: (walk: Walk) => Promise<void> };
const action = <T>(
  name: string,
  weight: number,
  what: fc.Arbitrary<T>,
  act: (walk: Walk, what: T) => Promise<void>,
) => ({
  weight,
  arbitrary: what.map((value): Action => ({
    name: `${name}(${value === undefined ? "" : String(value)})`,
    act: (walk) => act(walk, value),
  })),
});
const nothing = fc.constant(undefined);
const anyAction = fc.oneof(
  action("start", 5, who, step.start),
  action("password", 7, yes, step.password),
  action(
    "emailCode",
    5,
    fc.constantFrom("right", "right", "wrong", "old" as const),
    step.emailCode,
  ),
  action("resend", 2, nothing, step.resend),
  action("appCode", 5, fc.constantFrom("right", "right", "wrong", "used" as const), step.appCode),
  action("backupCode", 3, fc.constantFrom("right", "wrong", "used" as const), step.backupCode),
  action("reset", 2, who, step.reset),
  action("newPassword", 3, yes, step.newPassword),
  action("signOut", 1, nothing, step.signOut),
  action("look", 1, nothing, step.look),
  action("forgetHandle", 1, nothing, step.forgetHandle),
  action("oldHandle", 1, nothing, step.oldHandle),
  action("later", 1, fc.constantFrom(6, 11, 31), step.later),
);

const pageOf: Record<State, string> = {
  password: "/sign-in/password",
  new_password: "here",
  email_code: "/sign-in/code",
  totp: "/sign-in/totp",
};

async function begin(): Promise<Walk> {
  const tenant = await aTenant();
  const users = { mailer: await tenant.aUser(), apper: await tenant.aUser() };
  const app = await withApp(house, tenant, users.apper);
  return {
    tenant,
    users,
    app,
    browser: tenant.newBrowser(),
    model: {
      row: null,
      session: null,
      passwords: { mailer: goodPassword, apper: goodPassword, nobody: goodPassword },
      resets: 0,
    },
    usedCodes: [],
    usedBackups: [],
    handles: [],
  };
}

async function agree({ browser, model }: Walk): Promise<void> {
  expect(await isSignedIn(browser)).toBe(model.session !== null);
  const place = locationOf(await browser.get("/sign-in/new-password")) ?? "here";
  const live = model.row !== null && now() - model.row.since < rowLife;
  expect(place).toBe(live && model.row ? pageOf[model.row.state] : "/sign-in");
}

test(`${walks} walks end where the state table says`, async () => {
  let sessions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { minLength: 4, maxLength: 14 }), async (actions) => {
      const walk = await begin();
      for (const [at, { name, act }] of actions.entries()) {
        // From a network of its own each time: the limits have tests of their own.
        walk.browser.ip = `192.0.2.${at + 1}`;
        await act(walk);
        const handle = walk.browser.cookies.get(handleCookie);
        if (handle) walk.handles.push(handle);
        try {
          await agree(walk);
        } catch (cause) {
          throw new Error(`after step ${at + 1}, ${name}`, { cause });
        }
      }
      sessions += (await walk.tenant.events("session.started")).length;
    }),
    { numRuns: walks, ...seed() },
  );
  // Walks that never arrive would prove nothing.
  expect(sessions).toBeGreaterThan(walks / 10);
}, 600_000);

/** `WEFT_SEED` repeats a walk that failed. */
function seed() {
  const text = process.env["WEFT_SEED"];
  return text === undefined ? {} : { seed: Number(text) };
}
