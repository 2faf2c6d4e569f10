// A person looks after their own account: an authenticator app and backup codes, a forgotten password, sessions elsewhere.
import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { launch, prepare, program, type Visitor, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { linkIn } from "./support/mailbox.ts";
import {
  acceptInvitation,
  expectHeading,
  password,
  press,
  signIn,
  totp,
  typeAddressAndPassword,
  typeMailedCode,
} from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "account-security";
const newPassword = "velvet-anchor-comet-thistle-77";

const { stage, browser, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, person };
});

describe.skipIf(!program.found)("looking after an account", () => {
  const { page } = person ?? {};
  const go = (path: string) => page.goto(`${stage.acme}${path}`);
  const glance = (step: string) => look(person, journey, step);
  let secret = "";
  let backupCodes: string[] = [];

  test("the profile is kept, wrong values are told", async () => {
    await go("/profile");
    await glance("01-profile");
    await page.getByLabel("First name").fill("");
    await page.getByLabel("Time zone").fill("Mars/Olympus");
    await press(page, "Save changes");
    await page.getByText("things need attention").waitFor();
    expect(await page.getByLabel("Last name").inputValue()).toBe("Lovelace");
    await glance("01-profile-refused");
    await page.getByLabel("First name").fill("Augusta");
    await page.getByLabel("Time zone").fill("Europe/London");
    await page.getByText("Dark", { exact: true }).click();
    await press(page, "Save changes");
    await page.getByText("Changes saved").waitFor();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    const dark = await background();
    await page.getByText("Like this device").click();
    await press(page, "Save changes");
    await page.getByText("Changes saved").waitFor();
    expect(await background()).not.toBe(dark);
  }, 120_000);

  test("an authenticator app is set up", async () => {
    await go("/security");
    await glance("02-security");
    await page.getByRole("link", { name: "Set up an authenticator app" }).click();
    await page.getByLabel("Current password", { exact: true }).fill(password);
    await glance("02-app-proof");
    await press(page, "Continue");
    await expectHeading(page, "Connect the app");
    secret = (await page.locator("#totp-key").inputValue()).replaceAll(" ", "");
    await glance("02-app-scan");
    await page.getByLabel("Code shown by the app").fill("000000");
    await press(page, "Turn the app on");
    await page.getByText("This code is not right").first().waitFor();
    await page.getByLabel("Code shown by the app").fill(await totp(secret));
    await press(page, "Turn the app on");
    await expectHeading(page, "Keep your backup codes");
    await glance("02-backup-codes");
    backupCodes = (await page.locator("#backup-codes").innerText()).trim().split(/\s+/);
    expect(backupCodes).toHaveLength(10);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Save as a file" }).click();
    expect(await Bun.file(await (await download).path()).text()).toContain(backupCodes[9]!);
    await page.getByRole("link", { name: "I have kept them" }).click();
    await glance("02-security-with-app");
    await stage.mailbox.next(ada.email, "An authenticator app protects your account");
  }, 120_000);

  test("the app's code is asked for at sign-in, and counts once", async () => {
    const other = await visitor(browser);
    await other.page.goto(stage.acme);
    await typeAddressAndPassword(other.page, ada);
    await expectHeading(other.page, "Enter the code from your app");
    await look(other, journey, "03-app-code");
    const code = await totp(secret, 30);
    await other.page.getByLabel("Code", { exact: true }).fill(code);
    await press(other.page, "Sign in");
    await expectHeading(other.page, "Hello, Augusta Lovelace");
    await other.context.close();

    const third = await visitor(browser);
    await third.page.goto(stage.acme);
    await typeAddressAndPassword(third.page, ada);
    await third.page.getByLabel("Code", { exact: true }).fill(code);
    await press(third.page, "Sign in");
    await third.page.getByText("This code is not right").first().waitFor();
    await look(third, journey, "03-app-code-refused");
    await third.context.close();
  }, 120_000);

  test("a backup code takes its place, once", async () => {
    const withBackupCode = async (visit: Visitor, code: string) => {
      await visit.page.goto(stage.acme);
      await typeAddressAndPassword(visit.page, ada);
      await visit.page.getByRole("link", { name: "Use another way" }).click();
      await visit.page.getByRole("link", { name: "Backup code" }).click();
      await visit.page.getByLabel("Backup code").fill(code);
      await press(visit.page, "Sign in");
    };
    const [code = ""] = backupCodes;
    const first = await visitor(browser);
    await withBackupCode(first, code.toUpperCase());
    await expectHeading(first.page, "Hello, Augusta Lovelace");
    await stage.mailbox.next(ada.email, "A backup code was used");
    await first.context.close();
    const second = await visitor(browser);
    await withBackupCode(second, code);
    await second.page.getByText("This code is not right").first().waitFor();
    await look(second, journey, "04-backup-code-refused");
    await second.context.close();
  }, 120_000);

  test("the list of sessions ends one elsewhere", async () => {
    const elsewhere = await visitor(browser);
    await elsewhere.page.goto(stage.acme);
    await typeAddressAndPassword(elsewhere.page, ada);
    await elsewhere.page.getByRole("link", { name: "Use another way" }).click();
    await elsewhere.page.getByRole("link", { name: "Backup code" }).click();
    await elsewhere.page.getByLabel("Backup code").fill(backupCodes[1]!);
    await press(elsewhere.page, "Sign in");
    await expectHeading(elsewhere.page, "Hello, Augusta Lovelace");

    await go("/security/sessions");
    await glance("05-sessions");
    const rows = page.getByRole("row");
    const before = await rows.count();
    await page
      .getByRole("button", { name: /^End the session on/ })
      .first()
      .click();
    await page.getByRole("dialog").waitFor();
    await look(person, journey, "05-end-question");
    await page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
    await page.getByText("The session has ended.").waitFor();
    expect(await rows.count()).toBe(before - 1);
    await page.getByRole("button", { name: "End all others" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
    await page.getByText("ended.").waitFor();
    expect(await rows.count()).toBe(2);

    await elsewhere.page.goto(`${stage.acme}/security`);
    await expectHeading(elsewhere.page, "Sign in");
    await elsewhere.context.close();
  }, 120_000);

  test("a password that must be replaced proves nothing, and the page says why", async () => {
    const because = (cause: string) =>
      stage.database.asSuperuser(`update app.users set password_reset_cause = ${cause}`);
    await because("'breach'");
    await go("/security/authenticator-app/removal");
    await page.getByText("passwords that were stolen").waitFor();
    expect(await page.getByLabel("Current password", { exact: true }).count()).toBe(0);
    await glance("06-to-replace");
    await go("/security");
    await glance("06-to-replace-overview");
    await page.getByRole("link", { name: "Change password" }).click();
    await page.getByText("passwords that were stolen").waitFor();
    await glance("06-to-replace-change");
    await because("null");
  }, 120_000);

  test("the app is removed again, and codes come by mail", async () => {
    await go("/security/authenticator-app/removal");
    await page.getByLabel("Current password", { exact: true }).fill(password);
    await page.getByLabel("Code of the app, or a backup code").fill(backupCodes[2]!);
    await glance("06-remove-app");
    await press(page, "Remove the app");
    await page.getByText("The app is removed.").waitFor();
    await stage.mailbox.next(ada.email, "The authenticator app was removed");
  }, 120_000);

  test("a forgotten password is replaced by a link, and every session ends", async () => {
    const other = await visitor(browser);
    await other.page.goto(stage.acme);
    await other.page.getByLabel("E-mail address").fill(ada.email);
    await press(other.page, "Continue");
    await other.page.getByLabel("Password", { exact: true }).fill("not this one at all");
    await press(other.page, "Sign in");
    await other.page.getByText("do not match").first().waitFor();
    await look(other, journey, "07-password-refused");
    await other.page.getByRole("link", { name: "Forgotten password?" }).click();
    await look(other, journey, "07-forgotten");
    await press(other.page, "Send the link");
    await look(other, journey, "07-link-sent");
    await other.page.goto(linkIn(await stage.mailbox.next(ada.email, "A new password for Acme")));
    await look(other, journey, "07-reset");
    const link = other.page.url();
    await press(other.page, "Continue");
    await tryPasswords(other.page);
    await look(other, journey, "07-weak");
    await other.page.getByLabel("New password", { exact: true }).fill(newPassword);
    await press(other.page, "Save password");
    await other.page.getByText("Your new password is saved.").waitFor();
    await other.page.getByLabel("Password", { exact: true }).fill(newPassword);
    await press(other.page, "Sign in");
    await typeMailedCode(other.page, stage.mailbox, ada.email);
    await expectHeading(other.page, "Hello, Augusta Lovelace");
    await go("/security");
    await expectHeading(page, "Sign in");
    await go(new URL(link).pathname);
    await expectHeading(page, "This link does not work any more");
    await glance("07-link-used");
    await other.context.close();
  }, 120_000);

  async function tryPasswords(at: Page): Promise<void> {
    await at.getByLabel("New password", { exact: true }).fill("short");
    await press(at, "Save password");
    await at.getByText("15 characters").last().waitFor();
    await at.getByLabel("New password", { exact: true }).fill("passwordpassword");
    await press(at, "Save password");
    await at.locator("[aria-invalid=true]").waitFor();
  }

  test("a changed password keeps this browser and ends the others", async () => {
    const [here, there] = await Promise.all([visitor(browser), visitor(browser)]);
    const somebody = { ...ada, password: newPassword };
    await here.page.goto(stage.acme);
    await signIn(here.page, stage, somebody);
    await expectHeading(here.page, "Hello, Augusta Lovelace");
    await there.page.goto(stage.acme);
    await signIn(there.page, stage, somebody);
    await expectHeading(there.page, "Hello, Augusta Lovelace");
    await here.page.goto(`${stage.acme}/security/password`);
    await here.page.getByLabel("Current password", { exact: true }).fill(newPassword);
    await here.page.getByLabel("New password", { exact: true }).fill(password);
    await here.page.getByText("Strong").waitFor();
    await look(here, journey, "08-change-password");
    await press(here.page, "Save new password");
    await here.page.getByText("Your password is changed.").waitFor();
    await there.page.reload();
    await expectHeading(there.page, "Sign in");
    await stage.mailbox.next(ada.email, "Your password at Acme was changed");
  }, 120_000);
});
