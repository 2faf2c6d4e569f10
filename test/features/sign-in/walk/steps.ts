// The steps of a walk. Each says, before it is taken, what it is and whether it is right by what the walk knows; then it is taken.
import { totpCode, totpStep } from "#protocols/totp.ts";
import type { Browser, StoredCookie } from "../../../support/browser.ts";
import { deviceCookie, handleCookie, sessionCookie, wrong } from "../support.ts";
import { signAssertion } from "../../../protocols/saml/support/idp.ts";
import { authnRequest, waitingAt } from "../../sso/support.ts";
import { askedOn, postResponse, responseTo } from "../../identity-providers/support.ts";
import { hashToken } from "#platform/crypto/token.ts";
import {
  anAuthenticator,
  firstPassword,
  mailProof,
  type Person,
  type Seen,
  type Time,
  type World,
} from "./world.ts";

export interface Walk {
  readonly world: World;
  readonly time: Time;
  /** Two people: the one the walk is about, and another. */
  readonly people: readonly [Person, Person];
  readonly nobody: string;
  readonly browsers: readonly [Browser, Browser];
  /** Handles that were given, to either browser. */
  readonly handles: StoredCookie[];
  readonly usedCodes: string[];
  /** "browser person" → until when it stands for the second step. */
  readonly remembered: Map<string, number>;
  /** Row → how often it was sent back to the provider. */
  readonly returns: Map<string, number>;
  seen: Map<string, Seen>;
}

export type Kind =
  | "start"
  | "password"
  | "proof"
  | "email code"
  | "totp"
  | "backup code"
  | "passkey"
  | "first passkey"
  | "choose"
  | "app"
  | "new passkey"
  | "later"
  | "new password"
  | "resend"
  | "sign out"
  | "provider"
  | "link"
  | "choose provider"
  | "nothing";

export interface Taken {
  readonly kind: Kind;
  readonly browser: Browser;
  /** Right by the walk's own book, at the place where this step belongs. */
  readonly right: boolean;
  /** Whose proof it is. */
  readonly person: Person | null;
  readonly status: number;
  /** What it proves, where that is not told by its kind. */
  readonly proven?: readonly string[];
}

const json = { headers: { accept: "application/json" } };
export const nowOf = ({ time }: Walk) => Date.now() + time.shift;

/** The row that a browser's handle opens. */
export function rowOf({ seen }: Walk, browser: Browser): Seen | null {
  const handle = browser.cookies.get(handleCookie)?.value;
  if (handle === undefined) return null;
  const token = hashToken(handle).toString("hex");
  return [...seen.values()].find((row) => row.state !== "session" && row.token === token) ?? null;
}

export function liveRow(walk: Walk, browser: Browser, ...states: string[]): Seen | null {
  const row = rowOf(walk, browser);
  return row && states.includes(row.state) && row.until > nowOf(walk) ? row : null;
}

export const personOf = ({ people }: Walk, row: Seen | null): Person | null =>
  people.find(({ id, email }) => id === row?.userId || email === row?.email) ?? null;

type Step = (walk: Walk, browser: Browser) => Promise<Taken>;

const handleOf = (browser: Browser) => browser.cookies.get(handleCookie)?.value;

const post = async (browser: Browser, path: string, fields: Record<string, string> = {}) =>
  (await browser.post(path, fields, json)).status;

const taken = (
  kind: Kind,
  browser: Browser,
  { right = false, person = null, status = 0, ...more }: Partial<Taken> = {},
): Taken => ({ kind, browser, right, person, status, ...more });

/** Who has come in by the provider comes in by nothing else. */
const isHeld = ({ world }: Walk, person: Person | null): boolean =>
  world.idp !== null && person?.isLinked === true;

export const step = {
  start:
    (who: 0 | 1 | 2, local = false): Step =>
    async (walk, browser) => {
      const email = who === 2 ? walk.nobody : (walk.people[who]?.email ?? "");
      const past: Record<string, string> = local ? { local: "1" } : {};
      const { sp, house } = walk.world;
      const return_to = sp ? await waitingAt(browser, authnRequest(house.app, sp)) : "/";
      const status = await post(browser, "/sign-in", { email, return_to, ...past });
      return taken("start", browser, { right: true, status });
    },
  chooseProvider: (): Step => async (walk, browser) => {
    const right = walk.world.idp !== null && liveRow(walk, browser, "password") !== null;
    const status = await post(browser, "/sign-in/provider");
    return taken("choose provider", browser, { right, status });
  },
  /** The provider names somebody; "elsewhere": the other browser brings what it said; "long ago": they proved themselves hours ago. */
  provider:
    (what: "right" | "many factors" | "long ago" | "unsigned" | "elsewhere", whose: 0 | 1): Step =>
    async (walk, browser) => {
      const { idp, house, variant } = walk.world;
      const page = await (await browser.get("/sign-in/provider")).text();
      if (idp === null || !page.includes("SAMLRequest")) return taken("nothing", browser);
      const row = liveRow(walk, browser, "provider");
      const person = walk.people[whose];
      const { id, email } = person;
      const isMany = what === "many factors";
      const classRef = isMany ? "https://refeds.org/profile/mfa" : undefined;
      const xml = responseTo(house.app, idp, askedOn(page), {
        nameId: id,
        email,
        ...(classRef === undefined ? {} : { classRef }),
        ...(what === "long ago" ? { authnInstant: new Date(nowOf(walk) - 10_800_000) } : {}),
      });
      const posted = await postResponse(
        browser,
        idp,
        what === "unsigned" ? xml : signAssertion(xml),
      );
      const back = posted.headers.get("location") ?? "/sign-in";
      const [one, other] = walk.browsers;
      const goesOn = what === "elsewhere" ? (browser === one ? other : one) : browser;
      // Where an old handle was put into both, the other browser is as good as this one.
      const isHere = handleOf(goesOn) === handleOf(browser);
      const { status } = await goesOn.get(back, json);
      // Where everything is asked for again, what was proven hours ago is refused.
      const isOld = what === "long ago" && row?.reauthenticate === false;
      const isGood = what === "right" || isMany || isOld || (what === "elsewhere" && isHere);
      const right = row !== null && isGood && person.kind !== "stopped";
      const trusted = variant !== "provider and ours" && isMany;
      const proven = trusted ? ["provider", "provider_mfa"] : ["provider"];
      return taken("provider", browser, { right, person, status, proven });
    },
  link:
    (what: "right" | "wrong"): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "link");
      const person = personOf(walk, row);
      const password = what === "right" ? (person?.password ?? "") : "wrong and wrong again";
      const status = await post(browser, "/sign-in/link", { password });
      const right = row !== null && what === "right" && !isHeld(walk, person);
      return taken("link", browser, { right, person, status });
    },
  password:
    (what: "right" | "wrong" | "other's"): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "password");
      const person = row?.email === walk.nobody ? null : personOf(walk, row);
      const isOpen = person !== null && person.kind !== "stopped" && !isHeld(walk, person);
      const isRight = what === "right" && isOpen;
      const own = person?.password ?? firstPassword;
      const password =
        what === "right" ? own : what === "wrong" ? "wrong and wrong again" : `not ${own}`;
      const status = await post(browser, "/sign-in/password", { password });
      return taken("password", browser, { right: row !== null && isRight, person, status });
    },
  proof:
    (what: "right" | "wrong" | "old"): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "email_proof");
      const code = codeFor(walk, row, what);
      const right = isGoodCode(walk, row, code);
      const status = await post(browser, "/sign-in/proof", { code });
      if (right) walk.usedCodes.push(code);
      return taken("proof", browser, { right, status });
    },
  emailCode:
    (what: "right" | "wrong" | "old", remember: boolean): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "email_code");
      const code = codeFor(walk, row, what);
      const right = isGoodCode(walk, row, code);
      const status = await post(browser, "/sign-in/code", { code, ...box(remember) });
      if (right) walk.usedCodes.push(code);
      return finish(
        walk,
        taken("email code", browser, { right, person: personOf(walk, row), status }),
        remember,
      );
    },
  totp:
    (what: "right" | "wrong" | "used", remember: boolean): Step =>
    async (walk, browser) => {
      walk.time.shift += 31_000;
      const row = liveRow(walk, browser, "totp");
      const person = personOf(walk, row) ?? walk.people[0];
      const now = totpStep(new Date(nowOf(walk)));
      const at = what === "used" ? person.lastStep : now;
      const code =
        what === "wrong" || person.secret === null ? "000000" : totpCode(person.secret, at);
      const right = row !== null && person.secret !== null && what === "right";
      const status = await post(browser, "/sign-in/totp", { code, ...box(remember) });
      if (right && status < 400) person.lastStep = now;
      return finish(walk, taken("totp", browser, { right, person, status }), remember);
    },
  backupCode:
    (what: "right" | "wrong"): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "totp", "passkey");
      const person = personOf(walk, row) ?? walk.people[0];
      const code =
        what === "right" ? (person.backupCodes[0] ?? "none") : "0000-0000-0000-0000-0000-0000";
      // Not where a passkey is asked for and there is one.
      const isTaken = !(walk.world.variant.startsWith("passkeys") && person.passkey !== null);
      const right = row !== null && what === "right" && person.backupCodes.length > 0 && isTaken;
      const status = await post(browser, "/sign-in/backup-code", { code });
      if (right && status < 400) person.backupCodes.shift();
      return taken("backup code", browser, { right, person, status });
    },
  passkey:
    (page: "first" | "step", whose: 0 | 1 | "garbage"): Step =>
    async (walk, browser) => {
      const { origin } = walk.world.tenant;
      const person = whose === "garbage" ? null : (walk.people[whose] ?? null);
      const asked = await browser.post("/sign-in/passkey/options", {}, json);
      const { options } = (await asked.json()) as { options: { challenge: string } };
      const row = rowOf(walk, browser);
      const known = liveRow(walk, browser, "email_code", "totp", "passkey", "enrol", "link");
      const response = person?.passkey?.(origin, options) ?? "{}";
      const path = page === "first" ? "/sign-in" : "/sign-in/passkey";
      const status = await post(browser, path, { response, return_to: "/" });
      const isMine = page === "first" || known === null || known.userId === person?.id;
      const isStopped = person?.kind === "stopped" || (isHeld(walk, person) && known === null);
      const right = person?.passkey !== null && person !== null && isMine && !isStopped;
      const isAlone = page === "first" || row === null || row.until <= nowOf(walk);
      const isLink = row?.state === "new_password" || row?.state === "done";
      const kind = isAlone || isLink ? "first passkey" : "passkey";
      return taken(kind, browser, { right, person, status });
    },
  choose:
    (way: string): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "totp", "passkey", "email_code");
      const status = await post(browser, "/sign-in/ways", { way });
      return taken("choose", browser, { person: personOf(walk, row), status });
    },
  enrolApp:
    (what: "right" | "wrong"): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "enrol");
      const person = personOf(walk, row);
      await post(browser, "/sign-in/enrolment/app");
      const page = await browser.get("/sign-in/enrolment/app");
      const key = /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(await page.text())?.[1];
      const secret = key?.replaceAll(" ", "") ?? null;
      const now = totpStep(new Date(nowOf(walk)));
      const code = secret === null || what === "wrong" ? "000000" : totpCode(secret, now);
      const right = row !== null && secret !== null && what === "right";
      const answer = await browser.post("/sign-in/enrolment/app/confirmation", { code });
      if (right && person && answer.status === 200) {
        Object.assign(person, {
          secret,
          lastStep: now,
          hasEnrolled: true,
          backupCodes: codesOn(await answer.text()),
        });
        forget(walk, person);
      }
      return taken("app", browser, { right, person, status: answer.status });
    },
  enrolPasskey: (): Step => async (walk, browser) => {
    const row = liveRow(walk, browser, "enrol");
    const person = personOf(walk, row);
    const asked = await browser.post("/sign-in/enrolment/passkey/options", {}, json);
    if (asked.status !== 200) return taken("new passkey", browser, { status: asked.status });
    const { options } = (await asked.json()) as { options: { challenge: string } };
    const authenticator = anAuthenticator();
    const { origin } = walk.world.tenant;
    const response = authenticator.register(origin, options);
    const answer = await browser.post("/sign-in/enrolment/passkey", { response });
    const right = row !== null;
    if (right && person && answer.status < 400) {
      person.passkey = (at, given) => authenticator.assert(at, given);
      person.hasEnrolled = true;
      if (answer.status === 200) person.backupCodes = codesOn(await answer.text());
      forget(walk, person);
    }
    return taken("new passkey", browser, { right, person, status: answer.status });
  },
  later: (): Step => async (walk, browser) => {
    const row = liveRow(walk, browser, "enrol");
    const status = await post(browser, "/sign-in/enrolment/later");
    const { variant } = walk.world;
    const right = row !== null && (variant.endsWith("soon") || variant.startsWith("application"));
    return taken("later", browser, { right, person: personOf(walk, row), status });
  },
  newPassword:
    (isGood: boolean): Step =>
    async (walk, browser) => {
      const row = liveRow(walk, browser, "new_password");
      const person = personOf(walk, row);
      const password = isGood ? `thimble marsh violin ${crypto.randomUUID()}` : firstPassword;
      const status = await post(browser, "/sign-in/new-password", { password });
      const right = row !== null && isGood;
      if (right && person && status < 400) {
        Object.assign(person, { password, mustReplace: false });
        forget(walk, person);
      }
      return taken("new password", browser, { right, person, status });
    },
  resend: (): Step => async (_, browser) => {
    await post(browser, "/sign-in/proofs");
    return taken("resend", browser, { status: await post(browser, "/sign-in/codes") });
  },
  signOut: (): Step => async (_, browser) =>
    taken("sign out", browser, { status: await post(browser, "/sign-out") }),
  /** A form sent without anything in it; the one that leads to a provider has nothing in it. */
  empty:
    (page: string): Step =>
    async (walk, browser) => {
      if (page === "/provider") return step.chooseProvider()(walk, browser);
      await post(browser, `/sign-in${page}`);
      return taken("nothing", browser);
    },
  look:
    (page: string): Step =>
    async (_, browser) => {
      await browser.get(`/sign-in${page}`);
      return taken("nothing", browser);
    },
  /** Another tab with an older handle, or another browser with a copied one. */
  oldHandle:
    (back: number): Step =>
    async (walk, browser) => {
      const old = walk.handles.at(-1 - back);
      if (old) browser.cookies.set(handleCookie, old);
      return taken("nothing", browser);
    },
  forget:
    (cookie: "session" | "handle" | "device"): Step =>
    async (walk, browser) => {
      const names = { session: sessionCookie, handle: handleCookie, device: deviceCookie };
      browser.cookies.delete(names[cookie]);
      if (cookie === "device")
        for (const key of walk.remembered.keys())
          if (key.startsWith(browser.ip)) walk.remembered.delete(key);
      return taken("nothing", browser);
    },
  later_on:
    (minutes: number): Step =>
    async (walk, browser) => {
      walk.time.shift += minutes * 60_000;
      return taken("nothing", browser);
    },
  /** What belongs here, so that walks also arrive. */
  goOn: (): Step => async (walk, browser) => {
    const row = rowOf(walk, browser);
    const person = personOf(walk, row);
    if (!row || row.until <= nowOf(walk) || !person) {
      // As after the window was closed: a session would ask for everything again.
      browser.cookies.delete(sessionCookie);
      return step.start(0)(walk, browser);
    }
    if (row.state === "password") return step.password("right")(walk, browser);
    if (row.state === "provider") {
      const whose = person === walk.people[1] ? 1 : 0;
      return step.provider("right", whose)(walk, browser);
    }
    if (row.state === "link") return step.link("right")(walk, browser);
    if (row.state === "email_proof") return step.proof("right")(walk, browser);
    if (row.state === "email_code") return step.emailCode("right", true)(walk, browser);
    if (row.state === "totp") return step.totp("right", true)(walk, browser);
    if (row.state === "passkey")
      return step.passkey("step", person === walk.people[0] ? 0 : 1)(walk, browser);
    if (row.state === "new_password") return step.newPassword(true)(walk, browser);
    if (row.state !== "enrol") return step.start(0)(walk, browser);
    return /^(strong|application)/.test(walk.world.variant)
      ? step.enrolApp("right")(walk, browser)
      : step.enrolPasskey()(walk, browser);
  },
} as const;

const box = (ticked: boolean): Record<string, string> => (ticked ? { remember: "on" } : {});

/** The device stands for the second step from now on, where that is allowed. */
function finish(walk: Walk, done: Taken, remember: boolean): Taken {
  const { browser, person, right, status } = done;
  const isIn = right && status < 400 && browser.cookies.has(deviceCookie);
  if (isIn && remember && person && walk.world.variant === "devices remembered")
    walk.remembered.set(`${browser.ip} ${person.id}`, nowOf(walk) + 30 * 86_400_000);
  return done;
}

/** Password or second step became another: no browser stands for this person any more. */
function forget({ remembered }: Walk, { id }: Person): void {
  for (const key of remembered.keys()) if (key.endsWith(id)) remembered.delete(key);
}

const codesOn = (page: string): string[] =>
  page.match(/\b[0-9a-z]{4}(?:-[0-9a-z]{4}){5}\b/g)?.slice(0, 10) ?? [];

function codeFor({ usedCodes }: Walk, row: Seen | null, what: "right" | "wrong" | "old"): string {
  const code = row?.code ?? "12345678";
  if (what === "right") return code;
  return what === "wrong" ? wrong(code) : (usedCodes[0] ?? wrong(code));
}

const isGoodCode = (walk: Walk, row: Seen | null, code: string): boolean =>
  row !== null && row.code === code && row.tries < 5 && row.codeUntil > nowOf(walk);

/** What the worker does between two steps. */
export async function work(walk: Walk): Promise<boolean> {
  const waiting = [...walk.seen.values()].filter(
    ({ state, code }) => state === "email_proof" && code === null,
  );
  for (const { id } of waiting) await mailProof(walk.world, id);
  return waiting.length > 0;
}
