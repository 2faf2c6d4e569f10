// A tenant with one of everything that is kept sealed, made by the product itself.
import type { TestApp, TestTenant, TestUser } from "../support/a-tenant.ts";
import { anIdp } from "../features/identity-providers/support.ts";
import { register } from "../features/applications/support.ts";
import { type App, mailedCode, throughPassword, withApp } from "../features/sign-in/support.ts";
import { newTotpSecret } from "#protocols/totp.ts";
import { goodPassword } from "../support/a-tenant.ts";

export interface FullTenant {
  readonly tenant: TestTenant;
  readonly user: TestUser;
  readonly app: App;
  /** Somebody with a password only. */
  readonly third: TestUser;
}

/** Somebody with an authenticator app, somebody who is setting one up, a group, an application with its key. */
export async function aFullTenant(house: TestApp): Promise<FullTenant> {
  const tenant = await house.aTenant({ signedInAs: "super_admin" });
  const [user, another, third] = [await tenant.aUser(), await tenant.aUser(), await tenant.aUser()];
  await tenant.aGroup("Everyone, including \\ and \t and\nline ends", [user, another]);
  const app = await withApp(house, tenant, user);
  const browser = await tenant.signedIn(another);
  await browser.post("/security/authenticator-app", { currentPassword: goodPassword });
  await leaveFormerSetUp(house, tenant, another);
  await leaveSetUp(tenant);
  await register(tenant);
  await anIdp(tenant);
  await house.runJobs();
  return { tenant, user, app, third };
}

/** Leaves a code in the mail, and its message in the queue until jobs run. */
export async function leaveMail({ tenant, third }: FullTenant): Promise<void> {
  await throughPassword(tenant.newBrowser(), third.email);
}

/** Leaves a set-up as releases before 0017 kept it: with the person. */
async function leaveFormerSetUp(
  { services, clock }: TestApp,
  { id: tenantId, tenant }: TestTenant,
  { id: user_id }: TestUser,
): Promise<void> {
  const at = { tenantId, table: "totp_authenticators", row: user_id, column: "sealed_pending" };
  const sealed_pending = services.keys.seal("totp-secret", at, newTotpSecret());
  await tenant.write((db) =>
    db
      .insertInto("totp_authenticators")
      .values({ user_id, sealed_pending, pending_until: clock.now() })
      .execute(),
  );
}

/** Leaves a sign-in at the set-up of an authenticator app, which the person's group asks for. */
async function leaveSetUp(tenant: TestTenant): Promise<void> {
  const asked = await tenant.aUser();
  const { id } = await tenant.aGroup("Asked for more", [asked]);
  await tenant.tenant.write((db) =>
    db.updateTable("groups").set({ strength: "strong" }).where("id", "=", id).execute(),
  );
  const browser = tenant.newBrowser();
  await throughPassword(browser, asked.email);
  await browser.post("/sign-in/code", { code: await mailedCode(tenant, asked.email) });
  await browser.post("/sign-in/enrolment/app");
}
