// The state table of features/sign-in/README.md as a model, and the steps of a walk: each acts on the application and on the model.
import { expect } from "bun:test";
import {
  goodPassword,
  type TestApp,
  type TestTenant,
  type TestUser,
} from "../../support/a-tenant.ts";
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

export type Who = "mailer" | "apper" | "nobody";
type State = "password" | "new_password" | "email_code" | "totp";

/** A `sign_ins` row. */
interface Row {
  state: State;
  who: Who;
  since: number;
  tries: number;
  sends: number;
  codeSince: number;
  /** The code that was mailed last. */
  code: string;
}

/** What the table says there is: the rows behind the handles this browser had, and its session. */
interface Model {
  /** By the handle that opens them. */
  readonly rows: Map<string, Row>;
  session: Who | null;
  readonly passwords: Record<Who, string>;
  resets: number;
}

export interface Walk {
  readonly tenant: TestTenant;
  readonly clock: TestApp["clock"];
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
const nowOf = ({ clock }: Walk) => clock.now().getTime();

const handleNow = ({ browser }: Walk) => browser.cookies.get(handleCookie)?.value ?? "none";
const rowNow = (walk: Walk) => walk.model.rows.get(handleNow(walk)) ?? null;
const newRow = (walk: Walk, state: State, who: Who): Row => ({
  state,
  who,
  since: nowOf(walk),
  tries: 0,
  sends: 0,
  codeSince: 0,
  code: "none",
});

/** The row of this browser, if it is at this state and in time. */
function liveRow(walk: Walk, state: State): Row | null {
  const row = rowNow(walk);
  return row !== null && row.state === state && nowOf(walk) - row.since < rowLife ? row : null;
}

/** What follows a request that may have given the browser another handle: the row is known by that one alone. */
function moveRow({ model, ...walk }: Walk, from: string, row: Row | null): void {
  model.rows.delete(from);
  if (row) model.rows.set(handleNow({ model, ...walk }), row);
}

const emailOf = ({ users }: Walk, who: Who) =>
  who === "nobody" ? "nobody@example.com" : users[who].email;

export const step = {
  start: async (walk: Walk, who: Who) => {
    const handle = handleNow(walk);
    await walk.browser.post("/sign-in", { email: emailOf(walk, who), return_to: "/" });
    moveRow(walk, handle, newRow(walk, "password", who));
  },
  password: async (walk: Walk, isRight: boolean) => {
    const { model, browser } = walk;
    const handle = handleNow(walk);
    const row = liveRow(walk, "password");
    const who = row?.who ?? "mailer";
    const password = isRight ? model.passwords[who] : "wrong and wrong again";
    const { status } = await browser.post("/sign-in/password", { password });
    if (status === 429 || !row || !isRight || who === "nobody") return;
    const state = who === "apper" ? "totp" : "email_code";
    const mailed = state === "totp" ? row : { ...row, ...(await mailedRow(walk, row)) };
    moveRow(walk, handle, { ...mailed, state, tries: 0 });
  },
  emailCode: async (walk: Walk, kind: "right" | "wrong" | "old") => {
    const { browser, usedCodes } = walk;
    const row = liveRow(walk, "email_code");
    const right = row?.code ?? "12345678";
    const code =
      kind === "right" ? right : kind === "wrong" ? wrong(right) : (usedCodes[0] ?? wrong(right));
    const { status } = await browser.post("/sign-in/code", { code });
    if (status === 429 || !row) return;
    if (row.tries >= 5 || nowOf(walk) - row.codeSince >= codeLife) return;
    if (code === right) signedIn(walk, row, () => usedCodes.push(code));
    else row.tries += 1;
  },
  resend: async (walk: Walk) => {
    const row = liveRow(walk, "email_code");
    const { status } = await walk.browser.post("/sign-in/codes");
    if (status === 429 || !row) return;
    if (row.sends >= 4) moveRow(walk, handleNow(walk), null);
    else Object.assign(row, await mailedRow(walk, row));
  },
  appCode: async (walk: Walk, kind: "right" | "wrong" | "used") => {
    const { app, browser, usedCodes } = walk;
    // The next step of time, so that a right code is not one that was used.
    walk.clock.advance({ seconds: 31 });
    const row = liveRow(walk, "totp");
    const fresh = app.code();
    const used = usedCodes.at(-1) ?? "000000";
    const code = kind === "right" ? fresh : kind === "wrong" ? wrong(fresh).slice(2) : used;
    const { status } = await browser.post("/sign-in/totp", { code });
    judged(walk, { status, row, isRight: code === fresh }, () => usedCodes.push(code));
  },
  backupCode: async (walk: Walk, kind: "right" | "wrong" | "used") => {
    const { app, browser, usedBackups } = walk;
    const row = liveRow(walk, "totp");
    const unused = app.backupCodes.find((code) => !usedBackups.includes(code)) ?? "none";
    const used = usedBackups[0] ?? "1";
    const code = kind === "right" ? unused : kind === "wrong" ? "00000-00000-00000" : used;
    const { status } = await browser.post("/sign-in/backup-code", { code });
    judged(walk, { status, row, isRight: kind === "right" }, () => usedBackups.push(code));
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
    const handle = handleNow(walk);
    await browser.post(link);
    moveRow(walk, handle, newRow(walk, "new_password", who));
  },
  newPassword: async (walk: Walk, isGood: boolean) => {
    const { model, browser } = walk;
    const row = liveRow(walk, "new_password");
    const password = isGood ? `thimble marsh violin ${crypto.randomUUID()}` : "short";
    await browser.post("/sign-in/new-password", { password });
    if (!row || !isGood) return;
    const { who } = row;
    model.passwords[who] = password;
    if (model.session === who) model.session = null;
    // Whatever this person had proved elsewhere is void.
    for (const [handle, each] of model.rows) {
      if (each.who === who && each.state !== "password") model.rows.delete(handle);
    }
    model.rows.set(handleNow(walk), newRow(walk, "password", who));
  },
  signOut: async (walk: Walk) => {
    const handle = handleNow(walk);
    await walk.browser.post("/sign-out");
    walk.model.session = null;
    walk.model.rows.delete(handle);
  },
  look: async ({ browser }: Walk) => {
    for (const page of ["", "/password", "/code", "/totp", "/backup-code", "/new-password"]) {
      await browser.get(`/sign-in${page}`);
    }
  },
  forgetHandle: async ({ browser }: Walk) => {
    browser.cookies.delete(handleCookie);
  },
  oldHandle: async (walk: Walk, back: number) => {
    const old = walk.handles.at(-1 - back);
    if (old) walk.browser.cookies.set(handleCookie, old);
  },
  later: async ({ clock }: Walk, by: number) => clock.advance({ minutes: by }),
};

/** What a new mailed code changes in a row. */
const mailedRow = async (walk: Walk, row: Row): Promise<Partial<Row>> => ({
  tries: 0,
  sends: row.sends + 1,
  codeSince: nowOf(walk),
  code: await mailedCode(walk.tenant, walk.users.mailer.email),
});

/** A code of the app or a backup code was judged: five wrong ones end the sign-in. */
function judged(
  walk: Walk,
  { status, row, isRight }: { status: number; row: Row | null; isRight: boolean },
  use: () => void,
): void {
  if (status === 429 || !row) return;
  if (isRight) return signedIn(walk, row, use);
  row.tries += 1;
  if (row.tries >= 5) moveRow(walk, handleNow(walk), null);
}

/** The row is done, and the browser's handle was taken away with the answer. */
function signedIn({ model }: Walk, row: Row, use: () => void): void {
  use();
  model.session = row.who;
  for (const [handle, each] of model.rows) if (each === row) model.rows.delete(handle);
}

/** The right thing to do next, so that walks also arrive. */
export async function goOn(walk: Walk, who: Who): Promise<void> {
  const row = rowNow(walk);
  const isLive = row !== null && nowOf(walk) - row.since < rowLife;
  if (!isLive || row.who === "nobody") return step.start(walk, who);
  if (row.state === "password") return step.password(walk, true);
  if (row.state === "email_code") return step.emailCode(walk, "right");
  if (row.state === "totp") return step.appCode(walk, "right");
  return step.newPassword(walk, true);
}

const pageOf: Record<State, string> = {
  password: "/sign-in/password",
  new_password: "here",
  email_code: "/sign-in/code",
  totp: "/sign-in/totp",
};

export async function begin(house: TestApp): Promise<Walk> {
  const tenant = await house.aTenant();
  const users = { mailer: await tenant.aUser(), apper: await tenant.aUser() };
  const app = await withApp(house, tenant, users.apper);
  return {
    tenant,
    clock: house.clock,
    users,
    app,
    browser: tenant.newBrowser(),
    model: {
      rows: new Map(),
      session: null,
      passwords: { mailer: goodPassword, apper: goodPassword, nobody: goodPassword },
      resets: 0,
    },
    usedCodes: [],
    usedBackups: [],
    handles: [],
  };
}

export async function agree(walk: Walk): Promise<void> {
  expect(await isSignedIn(walk.browser)).toBe(walk.model.session !== null);
  const place = locationOf(await walk.browser.get("/sign-in/new-password")) ?? "here";
  const row = rowNow(walk);
  const isLive = row !== null && nowOf(walk) - row.since < rowLife;
  expect(place).toBe(isLive ? pageOf[row.state] : "/sign-in");
}
