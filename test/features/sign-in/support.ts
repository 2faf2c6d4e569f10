// Steps that many sign-in tests take.
import { expect } from "bun:test";
import { replaceBackupCodes } from "#features/authenticators/actions/backup-codes.ts";
import { keepTotp } from "#features/authenticators/actions/totp.ts";
import type { SignInPolicies } from "#platform/db/schema.ts";
import type { Insertable } from "kysely";
import { newTotpSecret, totpCode, totpStep } from "#protocols/totp.ts";
import {
  goodPassword,
  type TestApp,
  type TestTenant,
  type TestUser,
} from "../../support/a-tenant.ts";
import type { AskedOptions, Authenticator, Twist } from "../../support/authenticator.ts";
import type { Browser, Fields } from "../../support/browser.ts";

export const sessionCookie = "__Host-session";
export const handleCookie = "__Host-sign-in";
export const deviceCookie = "__Host-device";

export const locationOf = (answer: Response) => answer.headers.get("location");

/** E-mail address and password; answers the answer to the password. */
export async function throughPassword(
  browser: Browser,
  email: string,
  password = goodPassword,
  returnTo = "/",
): Promise<Response> {
  await browser.post("/sign-in", { email, return_to: returnTo });
  return browser.post("/sign-in/password", { password });
}

/** The code in the newest mail to this address. */
export async function mailedCode(tenant: TestTenant, email: string): Promise<string> {
  const mails = await tenant.mails();
  const code = mails.filter((mail) => mail.to === email && mail.code !== "").at(-1)?.code;
  if (code === undefined) throw new Error(`no code was mailed to ${email}`);
  return code;
}

/** The path of the newest reset link mailed to a person. */
export async function resetLink(tenant: TestTenant, user: TestUser): Promise<string> {
  await tenant.newBrowser().post("/forgotten-password", { email: user.email });
  const mails = (await tenant.mails()).filter(({ to, link }) => to === user.email && link);
  return mails.findLast(({ link }) => link.startsWith("/reset-password/"))?.link ?? "none";
}

/** A whole sign-in with a code by e-mail; answers the last answer. */
export async function signIn(
  tenant: TestTenant,
  browser: Browser,
  user: TestUser,
  returnTo = "/",
): Promise<Response> {
  expect(locationOf(await throughPassword(browser, user.email, goodPassword, returnTo))).toBe(
    "/sign-in/code",
  );
  return browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
}

/** Another code than this one. */
export const wrong = (code: string): string => (code === "00000000" ? "00000001" : "00000000");

export interface App {
  /** The code of the present step. */
  code(): string;
  readonly backupCodes: readonly string[];
}

/** Gives a person an authenticator app, beside the page: no session ends. The step of its first code is over when this answers. */
export async function withApp(house: TestApp, tenant: TestTenant, user: TestUser): Promise<App> {
  const { services, clock } = house;
  const owner = { tenantId: tenant.id, userId: user.id, keys: services.keys };
  const now = clock.now();
  const app = await tenant.tenant.write(async (db) => {
    const secret = newTotpSecret();
    await keepTotp(db, owner, { secret, step: totpStep(now), now });
    return { secret, backupCodes: await replaceBackupCodes(db, user.id) };
  });
  clock.advance({ seconds: 31 });
  const code = () => totpCode(app.secret, totpStep(clock.now()));
  return { code, backupCodes: app.backupCodes };
}

/** Whether a browser's session opens a page that asks for one. */
export async function isSignedIn(browser: Browser): Promise<boolean> {
  const answer = await browser.get("/security");
  if (answer.status !== 200 && answer.status !== 303)
    throw new Error(`unexpected ${answer.status}`);
  return answer.status === 200;
}

export type { TestApp, TestTenant, TestUser };

/** Sets the tenant's policy; what is not named stays at the database's default. */
export const setPolicy = (
  { tenant }: TestTenant,
  policy: Partial<Omit<Insertable<SignInPolicies>, "tenant_id">>,
): Promise<unknown> =>
  tenant.write(async (db) => {
    await db.deleteFrom("sign_in_policies").execute();
    return db.insertInto("sign_in_policies").values(policy).execute();
  });

/** Signs in, or proves the second step, by a passkey in this browser; answers the last answer. */
export async function byPasskey(
  tenant: TestTenant,
  browser: Browser,
  authenticator: Authenticator,
  { path = "/sign-in/passkey", fields = {}, twist = {} }: PasskeyWish = {},
): Promise<Response> {
  const asked = await browser.post(
    "/sign-in/passkey/options",
    {},
    { headers: { accept: "application/json" } },
  );
  const { options } = (await asked.json()) as { options: AskedOptions };
  const response = authenticator.assert(tenant.origin, options, twist);
  return browser.post(path, { response, ...fields });
}

interface PasskeyWish {
  readonly path?: "/sign-in" | "/sign-in/passkey";
  readonly fields?: Fields;
  readonly twist?: Twist;
}

/** How the newest session began. */
export async function lastMethods(tenant: TestTenant): Promise<unknown> {
  return (await tenant.events("session.started")).at(-1)?.data["methods"];
}
