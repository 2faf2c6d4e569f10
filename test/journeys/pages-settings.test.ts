// The sign-in settings, clicked through as a super administrator does: saved, refused, tried, taken back.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, press, signIn } from "./support/people.ts";
import { invite, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "pages-settings";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };

const { stage, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace);
  const other = await visitor(browser);
  await acceptInvitation(other.page, stage.mailbox, grace, { subject: "You are invited" });
  await stage.database.asSuperuser(`
    update app.users set created_at = now() - interval '200 days', password_changed_at = null,
      last_sign_in_at = now() - interval '100 days', last_seen_at = now() - interval '100 days'
      where first_name = 'Grace'`);
  await stage.database.asSuperuser(
    "delete from app.sessions where user_id in (select id from app.users where first_name = 'Grace')",
  );
  return { stage, browser, person };
});

describe.skipIf(!program.found)("the sign-in settings", () => {
  const { page } = person ?? {};
  const glance = (step: string) => look(person, journey, step);

  test("are found in the navigation, changed, and saved together", async () => {
    await page.getByRole("link", { name: "Sign-in settings" }).click();
    await expectHeading(page, "Sign-in settings");
    await glance("01-settings");
    expect(await page.getByLabel("Time without use").isVisible()).toBe(true);
    await page.getByLabel("AAL2").check();
    expect(await page.getByLabel("Time without use").isVisible()).toBe(false);
    await page.getByLabel("Deactivate people who are not seen").selectOption("90 days");
    await press(page, "Save settings");
    await page.getByText("Settings saved").waitFor();
    await page.getByText("1 person will be warned tonight").waitFor();
    expect(await page.getByLabel("AAL2").isChecked()).toBe(true);
    await glance("02-saved");
  }, 60_000);

  test("say at the field what does not hold together", async () => {
    await page.getByLabel("Password length").selectOption("At least 14 characters");
    await press(page, "Save settings");
    await page.getByText("One thing needs attention").waitFor();
    await glance("03-refused");
    await page.getByLabel("Password length").selectOption("At least 16 characters");
    await page.getByLabel("Remembered devices").selectOption("30 days");
    await press(page, "Save settings");
    await page.getByText("Settings saved").waitFor();
  }, 60_000);

  test("are tried when they can keep people out, and go back", async () => {
    await page.getByLabel("Strong", { exact: true }).check();
    await press(page, "Save settings");
    await page.getByText("A change waits for its trial").waitFor();
    await page.getByText("2 people could no longer sign in with what they have now:").waitFor();
    await glance("04-trial");
    await page.getByRole("link", { name: "Show all 2" }).click();
    await expectHeading(page, "People whom the change keeps out");
    await glance("05-people");
    await page.goBack();
    await press(page, "Apply without a test");
    await page.getByText("Tick that you take the risk").first().waitFor();
    await glance("06-untested");
    await page.getByLabel("I take the risk").check();
    await press(page, "Apply without a test");
    await page.getByText("A change is in force on trial").waitFor();
    await glance("07-applied");
    await page.getByRole("link", { name: "Sign in again" }).waitFor();
    await press(page, "Go back now");
    await page.getByText("The earlier settings are in force again").waitFor();
  }, 60_000);

  test("are kept by somebody who came in with them", async () => {
    await page.getByLabel("Time to set it up").selectOption("3 days");
    await press(page, "Save settings");
    await page.getByLabel("I take the risk").check();
    await press(page, "Apply without a test");
    await page.getByRole("link", { name: "Sign in again" }).click();
    await signIn(page, stage, ada);
    await press(page, "Keep these settings");
    await page.getByText("The settings stay").waitFor();
    expect(await page.getByLabel("Time to set it up").inputValue()).toBe("3");
  }, 60_000);

  test("tell whom a change keeps out apart from those who fall short already", async () => {
    await stage.database.asSuperuser("update app.sign_in_policies set strength = 'strong'");
    await page.reload();
    await page.getByLabel("Confirm the mailbox first").check();
    await press(page, "Save settings");
    await page.getByText("The change itself keeps nobody out.").waitFor();
    await glance("08-already");
    await page.getByRole("link", { name: "Show who they are" }).click();
    await expectHeading(page, "People who fall short already");
    await glance("09-already-people");
  }, 60_000);
});
