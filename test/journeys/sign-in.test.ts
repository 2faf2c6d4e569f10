// The ways in that a tenant's policy opens: the mailbox first, a stronger step set up on the way, a remembered device, a passkey.
import { describe, expect, test } from "bun:test";
import { createTenantFinder } from "#features/tenants/index.ts";
import type { SignInPolicies } from "#platform/db/schema.ts";
import type { Insertable } from "kysely";
import type { Page } from "playwright-core";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { codeIn } from "./support/mailbox.ts";
import { acceptInvitation, expectHeading, password, press, totp } from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "sign-in";

const { stage, browser, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await expectHeading(person.page, /.*/);
  return { stage, browser, person };
});

async function inTenant() {
  const site = await createTenantFinder(stage.services)("acme");
  if (!site) throw new Error("acme is not there");
  return stage.services.database.tenant(site.tenantId);
}

async function setPolicy(policy: Partial<Omit<Insertable<SignInPolicies>, "tenant_id">>) {
  await (
    await inTenant()
  ).write(async (db) => {
    await db.deleteFrom("sign_in_policies").execute();
    await db.insertInto("sign_in_policies").values(policy).execute();
  });
}

describe.skipIf(!program.found)("signing in", () => {
  const glance = (step: string, who = person) => look(who, journey, step);
  let secret = "";

  const toPassword = async (page: Page, step?: (name: string) => Promise<void>) => {
    await page.goto(`${stage.acme}/sign-in`);
    await step?.("address");
    await page.getByLabel("E-mail address").fill(ada.email);
    await press(page, "Continue");
  };
  const typePassword = async (page: Page) => {
    await page.getByLabel("Password", { exact: true }).fill(password);
    await press(page, "Sign in");
  };

  test("brings the browser's time zone along, as long as nobody has chosen one", async () => {
    const { page } = person;
    const zone = async () => {
      await page.goto(`${stage.acme}/profile`);
      return page.getByLabel("Time zone").inputValue();
    };
    let shown = await zone();
    for (let looks = 0; shown === "UTC" && looks < 20; looks += 1) shown = await zone();
    expect(shown).toBe("Europe/London");
    expect(await page.locator("form[data-browser-zone]").count()).toBe(0);
    await page.goto(`${stage.acme}/`);
  }, 120_000);

  test("proves the mailbox first, and sets up an app because the tenant asks for it", async () => {
    await setPolicy({ email_proof_first: true, strength: "strong", grace_days: 7 });
    const fresh = await visitor(browser, { size: "narrow" });
    const { page } = fresh;
    const see = (step: string) => glance(step, fresh);
    await toPassword(page, () => see("01-address"));
    await expectHeading(page, "Check your mailbox");
    await see("02-mailbox");
    const code = codeIn(await stage.mailbox.next(ada.email, "Your code for"));
    await page.getByLabel("Code", { exact: true }).fill(code);
    await press(page, "Continue");
    await expectHeading(page, "Enter your password");
    await see("03-password");
    await typePassword(page);
    await expectHeading(page, "Protect your account better");
    await see("04-enrolment");
    await press(page, "Set up an app");
    await expectHeading(page, "Scan this with your app");
    await see("05-app");
    secret = (await page.locator("#totp-key").inputValue()).replaceAll(" ", "");
    await page.getByLabel("Code from the app").fill(await totp(secret));
    await press(page, "Confirm and sign in");
    await expectHeading(page, "Save your backup codes");
    await see("06-codes");
    await page.getByRole("link", { name: "I have saved them: go on" }).click();
    await page.waitForURL(`${stage.acme}/`);
  }, 90_000);

  test("chooses among second steps, and has the device remembered", async () => {
    await setPolicy({ remember_device_days: 30, password_min_length: 15 });
    const fresh = await visitor(browser, { size: "narrow" });
    const { page } = fresh;
    const see = (step: string) => glance(step, fresh);
    await toPassword(page);
    await typePassword(page);
    await expectHeading(page, "Enter the code from your app");
    await see("07-app-code");
    await page.getByRole("link", { name: "Use another way" }).click();
    await expectHeading(page, "How do you want to confirm?");
    await see("08-ways");
    await page.getByRole("link", { name: "Backup code" }).click();
    await see("09-backup-code");
    await page.goBack();
    await press(page, "Authenticator app");
    await page.getByLabel("Code", { exact: true }).fill(await totp(secret, 30));
    await page.getByLabel("Do not ask for a second step").check();
    await press(page, "Sign in");
    await page.waitForURL(`${stage.acme}/`);
    await page.goto(`${stage.acme}/security/sessions`);
    await page.getByText("Remembered devices").first().waitFor();
    await see("10-remembered");
    await page.getByRole("button", { name: /^Forget/ }).click();
    await page.getByText("asks for the second step again").waitFor();
  }, 90_000);

  test("sets up a passkey, and from then on needs nothing else", async () => {
    await setPolicy({ strength: "phishing_resistant", grace_days: 0 });
    const fresh = await visitor(browser, { size: "narrow" });
    const { page } = fresh;
    const see = (step: string) => glance(step, fresh);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // A code counts once, and the next two were used or are near.
    await (
      await inTenant()
    ).write((db) => db.updateTable("totp_authenticators").set({ last_step: 0 }).execute());
    await toPassword(page);
    await typePassword(page);
    await page.getByLabel("Code", { exact: true }).fill(await totp(secret));
    await press(page, "Sign in");
    await expectHeading(page, "Protect your account better");
    await see("11-enrol-passkey");
    await press(page, "Set up a passkey");
    await expectHeading(page, "Use your passkey");
    await see("12-passkey");
    await press(page, "Use the passkey");
    await page.waitForURL(`${stage.acme}/`);

    await page.context().clearCookies();
    await page.goto(`${stage.acme}/sign-in?return_to=/security`);
    // The browser offers it where the address is typed; this authenticator answers by itself.
    await page.waitForURL(`${stage.acme}/security`);
  }, 90_000);

  test("tells the true reason for a password that has to go", async () => {
    await setPolicy({ grace_days: 7 });
    await (
      await inTenant()
    ).write(async (db) => {
      await db.updateTable("users").set({ password_reset_cause: "breach" }).execute();
    });
    const fresh = await visitor(browser, { size: "narrow" });
    await toPassword(fresh.page);
    await typePassword(fresh.page);
    await expectHeading(fresh.page, "Choose a new password");
    expect(await fresh.page.getByText("were stolen somewhere").count()).toBe(1);
    await glance("13-forced", fresh);
  }, 60_000);
});
