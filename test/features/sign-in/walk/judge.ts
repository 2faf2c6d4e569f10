// What a step may have done, by the state table and by what the walk has proven. Written from the table and the policies alone.
import { hashToken } from "#platform/crypto/token.ts";
import { signInTable } from "../../../../src/features/sign-in/table.ts";
import { sessionCookie } from "../support.ts";
import { type Kind, nowOf, personOf, rowOf, type Taken, type Walk } from "./steps.ts";
import type { Person, Seen } from "./world.ts";

/** What takes a row from one state to another: only a right step of this kind does. */
const movers: Readonly<Record<string, readonly Kind[]>> = {
  email_proof: ["proof", "passkey"],
  password: ["password", "passkey"],
  new_password: ["new password"],
  email_code: ["email code", "passkey"],
  totp: ["totp", "backup code", "passkey"],
  passkey: ["passkey", "backup code"],
  enrol: ["app", "new passkey", "later", "passkey"],
  provider: ["provider", "passkey"],
  link: ["link", "passkey"],
  done: [],
};
/** What each step adds to what was proven. */
const credit: Readonly<Partial<Record<Kind, string>>> = {
  proof: "email_code",
  password: "password",
  "email code": "email_code",
  totp: "totp",
  "backup code": "backup_code",
  passkey: "passkey",
  "first passkey": "passkey",
  app: "totp",
  link: "password",
};

/** @throws {Error} saying what the table does not allow */
export function judge(
  walk: Walk,
  {
    before,
    acting,
    step,
    factors,
  }: {
    before: ReadonlyMap<string, Seen>;
    /** The row the browser's handle opened. */
    acting: Seen | null;
    step: Taken;
    /** What the person had before the step. */
    factors: { hasTotp: boolean; hasPasskey: boolean };
  },
): void {
  const after = walk.seen;
  const isNew = ({ id }: Seen) => !before.has(id);
  const sessions = [...after.values()].filter((row) => row.state === "session" && isNew(row));
  const rows = [...after.values()].filter((row) => row.state !== "session");
  for (const row of rows.filter(isNew)) {
    if (step.kind !== "start") throw new Error(`a sign-in began by "${step.kind}"`);
    if (!["email_proof", "password", "provider"].includes(row.state) || row.methods.length > 0)
      throw new Error(`a sign-in began at ${row.state} with ${row.methods.join("+")}`);
  }
  let finished: Seen | null = null;
  for (const old of before.values()) {
    if (old.state === "session") continue;
    const now = after.get(old.id);
    const isSame =
      now?.state === old.state &&
      String(now.methods) === String(old.methods) &&
      now.token === old.token;
    if (isSame) continue;
    judgeMove(walk, { old, now, isActing: old.id === acting?.id, step });
    if (now?.state === "done") finished = now;
  }
  judgeSessions(walk, { sessions, finished, step, acting, factors });
  judgeProgress(walk, { before, acting, step, hasSession: sessions.length > 0 });
  judgeCookies(walk);
}

function judgeMove(
  walk: Walk,
  {
    old,
    now,
    isActing,
    step,
  }: { old: Seen; now: Seen | undefined; isActing: boolean; step: Taken },
): void {
  const move = `${old.state} → ${now?.state ?? "gone"} by "${step.kind}" (${step.right ? "right" : "not right"})`;
  if (!now) {
    const isDropped = isActing && ["start", "sign out", "first passkey"].includes(step.kind);
    const isSpent =
      isActing &&
      ((step.kind === "resend" && old.state.startsWith("email")) ||
        (!step.right && /^(totp|passkey)$/.test(old.state)));
    // A new password ends what the person had half signed in elsewhere.
    const isEnded = step.kind === "new password" && step.right && old.userId === step.person?.id;
    if (!isDropped && !isSpent && !isEnded) throw new Error(move);
    return;
  }
  if (!isActing) throw new Error(`${move}, of another handle`);
  if (!(now.state in signInTable[old.state as keyof typeof signInTable].next))
    throw new Error(move);
  const isFlood = now.state === "email_proof" && walk.world.variant === "flood";
  const isChoice = step.kind === "choose" && /^(totp|passkey)$/.test(now.state);
  if (isFlood || isChoice) {
    if (String(now.methods) !== String(old.methods))
      throw new Error(`${move}, proven: ${now.methods.join()}`);
    return;
  }
  if (step.kind === "choose provider" && now.state === "provider" && step.right) {
    // What was proven of the mailbox belongs to the way with the password.
    if (now.methods.length > 0) throw new Error(`${move}, proven: ${now.methods.join()}`);
    return;
  }
  if (!step.right || !movers[old.state]?.includes(step.kind)) throw new Error(move);
  if (old.state === "provider" && now.state === "provider") {
    judgeReturn(walk, now, move);
    return;
  }
  const proof = credit[step.kind];
  const added = step.proven ?? (proof === undefined ? [] : [proof]);
  const had = isOfAnother(old, step) ? [] : old.methods;
  const expected = [...had, ...added].join("+");
  const proven = now.methods.join("+");
  if (proven !== expected && proven !== `${expected}+remembered_device`)
    throw new Error(`${move}: ${proven} was written for ${expected}`);
  if (now.userId !== null && step.person !== null && now.userId !== step.person.id)
    throw new Error(`${move}: somebody else`);
}

/** While nobody was known, somebody's own passkey was used where another one's address had been typed: what its mailbox proved is not theirs. */
const isOfAnother = (old: Seen, { kind, person }: Taken): boolean =>
  kind === "passkey" && old.userId === null && person !== null && old.email !== person.email;

/** Back to the provider: nothing is proven by then, everything is asked for again, and it comes to an end. */
function judgeReturn(walk: Walk, now: Seen, move: string): void {
  if (now.methods.length > 0) throw new Error(`${move}, proven: ${now.methods.join()}`);
  if (!now.reauthenticate) throw new Error(`${move}, and not asked for anew`);
  const times = (walk.returns.get(now.id) ?? 0) + 1;
  walk.returns.set(now.id, times);
  if (times > 2) throw new Error(`${move}, ${times} times`);
}

function judgeSessions(
  walk: Walk,
  {
    sessions,
    finished,
    step,
    acting,
    factors,
  }: {
    sessions: readonly Seen[];
    finished: Seen | null;
    step: Taken;
    acting: Seen | null;
    factors: { hasTotp: boolean; hasPasskey: boolean };
  },
): void {
  const [session, ...more] = sessions;
  if (more.length > 0) throw new Error("two sessions by one step");
  if (!session) {
    if (finished) throw new Error("a sign-in is done without a session");
    return;
  }
  const said = session.methods.join("+");
  if (!step.right || step.person === null) throw new Error(`a session by "${step.kind}": ${said}`);
  if (session.userId !== step.person.id) throw new Error("a session of somebody else");
  if (step.person.kind === "stopped") throw new Error("a session of somebody deactivated");
  const isAlone = step.kind === "first passkey";
  if (!isAlone && (!finished || finished.methods.join("+") !== said))
    throw new Error(`a session says ${said}, its sign-in ${finished?.methods.join("+")}`);
  if (isAlone && said !== "passkey") throw new Error(`a passkey alone says ${said}`);
  const problem = whatIsMissing(walk, { session, step, acting, factors });
  if (problem !== null) throw new Error(`${said} let somebody in: ${problem}`);
  if (session.methods.includes("provider")) step.person.isLinked = true;
}

/** What a session lacks by the tenant's policy; null when nothing. */
function whatIsMissing(
  walk: Walk,
  {
    session,
    step,
    acting,
    factors,
  }: {
    session: Seen;
    step: Taken;
    acting: Seen | null;
    factors: { hasTotp: boolean; hasPasskey: boolean };
  },
): string | null {
  const { variant } = walk.world;
  const { hasTotp, hasPasskey } = factors;
  const has = (method: string) => session.methods.includes(method);
  if (has("passkey")) return null;
  if (!has("password") && !has("provider")) return "no password";
  if (has("password") && step.person?.mustReplace === true) return "a password that opens nothing";
  if (has("remembered_device")) return rememberedProblem(walk, { step, acting });
  const isProvided = has("provider") && !has("password");
  const hasMore = step.person?.kind === "admin" || hasTotp || hasPasskey;
  if (isProvided && hasMore && step.person?.isLinked !== true) return "a whole proof of their own";
  const isEnough = isProvided && variant !== "provider and ours";
  const isOwn = has("totp") || has("backup_code");
  if (!isEnough && !isOwn && (hasTotp || hasPasskey)) return "the stronger step they have";
  if (!isEnough && !isOwn && !has("email_code")) return "any second step";
  // It is in the methods only where the provider is believed on it.
  const isStrong = isOwn || has("provider_mfa");
  const isLater = step.kind === "later";
  const isPutOff = isLater && (variant.endsWith("soon") || variant.startsWith("application"));
  if (/^(strong|application)/.test(variant) && !isStrong && !isPutOff) return "a strong step";
  if (variant.startsWith("passkeys") && !(isPutOff && !hasPasskey)) return "a passkey";
  return null;
}

function rememberedProblem(walk: Walk, { step, acting }: { step: Taken; acting: Seen | null }) {
  const { browser, person } = step;
  if (acting?.reauthenticate !== false) return "everything was asked for again";
  const until = walk.remembered.get(`${browser.ip} ${person?.id}`) ?? 0;
  return until > nowOf(walk) ? null : "nobody asked to be remembered here";
}

/** A right step at its place goes on, or people would be locked out. */
function judgeProgress(
  walk: Walk,
  {
    before,
    acting,
    step,
    hasSession,
  }: {
    before: ReadonlyMap<string, Seen>;
    acting: Seen | null;
    step: Taken;
    hasSession: boolean;
  },
): void {
  const isMeant =
    acting !== null &&
    acting.state !== "done" &&
    movers[acting.state]?.includes(step.kind) === true;
  // "This sign-in has ended": the person's second steps became others in another one.
  if (step.status === 410 && step.person?.hasEnrolled === true) return;
  if (!step.right || step.status === 429 || !(isMeant || step.kind === "first passkey")) return;
  const old = acting ? before.get(acting.id) : undefined;
  const now = acting ? walk.seen.get(acting.id) : undefined;
  const hasMoved =
    old !== undefined &&
    (now?.token !== old.token ||
      String(now.methods) + now.state !== String(old.methods) + old.state);
  if (!hasMoved && !hasSession)
    throw new Error(
      `"${step.kind}" was right at ${acting?.state} and led nowhere (${step.status})`,
    );
}

/** A browser's session cookie is one of the sessions that were seen to begin. */
function judgeCookies(walk: Walk): void {
  for (const { cookies } of walk.browsers) {
    const token = cookies.get(sessionCookie)?.value;
    if (token === undefined) continue;
    const hash = hashToken(token).toString("hex");
    const isKnown = [...walk.seen.values()].some(
      (row) => row.state === "session" && row.token === hash,
    );
    if (!isKnown) throw new Error("a browser has a session that nobody saw begin");
  }
}

export const factorsOf = (person: Person | null) => ({
  hasTotp: person?.secret !== null && person?.secret !== undefined,
  hasPasskey: person?.passkey !== null && person?.passkey !== undefined,
});
export { personOf, rowOf };
