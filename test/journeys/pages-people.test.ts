// The pages about people, clicked through as an administrator does: lists, searches, questions answered by the keyboard alone.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, password, press } from "./support/people.ts";
import { invite, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "pages-people";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };

const { stage, browser, person, other } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace);
  const other = await visitor(browser);
  await acceptInvitation(other.page, stage.mailbox, grace, { subject: "You are invited" });
  await stage.database.asSuperuser(`
    with new as (
      insert into app.users (tenant_id, first_name, last_name)
      select tenant_id, 'Person', lpad(n::text, 3, '0')
      from app.users, generate_series(1, 60) as n where first_name = 'Ada'
      returning tenant_id, id, last_name)
    insert into app.user_emails (tenant_id, user_id, email, is_primary)
    select tenant_id, id, 'person' || last_name || '@acme.example', true from new`);
  return { stage, browser, person, other };
});

describe.skipIf(!program.found)("the pages about people", () => {
  const { page } = person ?? {};
  const go = (path: string) => page.goto(`${stage.acme}${path}`);
  const glance = (step: string) => look(person, journey, step);
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

  /** Waits for what stands below a list. */
  const summary = (text: string) => page.locator(".pager-summary", { hasText: text }).waitFor();

  /** Goes on by Tab until what has the focus says `name`. */
  async function tabTo(name: string): Promise<void> {
    for (let n = 0; n < 60; n++) {
      if ((await focused()) === name) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to "${name}"`);
  }

  test("the menu of a phone opens by the keyboard and leads everywhere", async () => {
    await go("/");
    await page.locator("summary[aria-label=Menu]").focus();
    await page.keyboard.press("Enter");
    await glance("01-menu");
    await page.keyboard.press("Escape");
    expect(await page.locator("details.nav-menu").getAttribute("open")).toBeNull();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Users" }).click();
    await expectHeading(page, "Users");
    await page.locator("summary", { hasText: ada.email }).click();
    await glance("01-account-menu");
    await page.getByRole("link", { name: "Profile" }).click();
    await expectHeading(page, "Profile");
  }, 120_000);

  test("the list of people is paged, searched and filtered without losing the place", async () => {
    await go("/users");
    await glance("02-users");
    await page.getByRole("link", { name: "Next" }).click();
    await summary("12 people on this page");
    expect(page.url()).toContain("cursor=");
    await page.getByRole("link", { name: "First page" }).click();
    await summary("50 people on this page");
    await page.getByRole("searchbox").pressSequentially("gra hop");
    await summary("1 person on this page");
    expect(page.url()).toContain("q=gra");
    await page.getByRole("searchbox").fill("nobody at all");
    await page.locator(".empty", { hasText: "Nobody matches" }).waitFor();
    await glance("02-nobody");
    await page.getByRole("link", { name: "Show everybody" }).click();
    await page.getByLabel("Role").selectOption("Super administrator");
    await summary("1 person on this page");
    await page.getByRole("link", { name: /Ada Lovelace/ }).click();
    await expectHeading(page, "Ada Lovelace");
    await page.goBack();
    await summary("1 person on this page");
  }, 120_000);

  test("an invitation with faults says what is wrong and keeps the rest", async () => {
    await go("/users/new");
    await page.getByLabel("First name").fill("Alan");
    await page.getByLabel("E-mail address").fill(grace.email);
    await press(page, "Send invitation");
    await page.getByText("Enter the last name").first().waitFor();
    expect(await page.getByLabel("First name").inputValue()).toBe("Alan");
    await page.getByLabel("Last name").fill("Turing");
    await press(page, "Send invitation");
    await page.getByText("already belongs to somebody here").first().waitFor();
    await glance("03-invite-refused");
  }, 120_000);

  test("an invitation is sent again and cancelled", async () => {
    await go("/users?q=person001");
    await page.getByRole("link", { name: /Person 001/ }).click();
    await press(page, "Send again");
    await page.getByText("A new invitation was sent").waitFor();
    await page.getByRole("button", { name: "Cancel invitation" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel invitation" }).click();
    await page.getByText("The invitation is cancelled").waitFor();
    await expectHeading(page, "Users");
  }, 120_000);

  test("a person is deactivated by the keyboard alone, after a question that Escape takes back", async () => {
    await go("/users?q=grace");
    await page.getByRole("link", { name: /Grace Hopper/ }).click();
    await expectHeading(page, "Grace Hopper");
    await glance("04-person");
    await tabTo("Deactivate");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Deactivate Grace Hopper?" }).waitFor();
    expect(await focused()).toBe("Cancel");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await focused()).toBe("Deactivate");
    await page.keyboard.press("Enter");
    await glance("04-deactivate-question");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Deactivate");
    await page.keyboard.press("Enter");
    await page.getByText("The person is deactivated").waitFor();
    await glance("04-deactivated");
  }, 120_000);

  test("who is deactivated is signed out, and told so after the right password only", async () => {
    await other.page.goto(stage.acme);
    await expectHeading(other.page, "Sign in");
    await other.page.getByLabel("E-mail address").fill(grace.email);
    await press(other.page, "Continue");
    await other.page.getByLabel("Password", { exact: true }).fill("something else entirely");
    await press(other.page, "Sign in");
    await other.page.getByText("do not match").first().waitFor();
    await other.page.getByLabel("Password", { exact: true }).fill(password);
    await press(other.page, "Sign in");
    await expectHeading(other.page, "Your account is deactivated");
    await look(other, journey, "05-deactivated");
    await press(page, "Reactivate");
    await page.getByText("The person can sign in again").waitFor();
  }, 120_000);

  test("a new password is required, and the requirement is taken back", async () => {
    await page.getByRole("link", { name: "Require a new password" }).click();
    await expectHeading(page, "New password for Grace Hopper");
    await glance("05-new-password-question");
    await press(page, "Require a new password");
    await page.getByText("an administrator asked for it").waitFor();
    await glance("05-new-password-required");
    await page.getByRole("link", { name: "Show", exact: true }).click();
    await page.getByText("An administrator asked for it").waitFor();
    await glance("05-new-password-lift");
    await press(page, "Take back the requirement");
    await page.getByText("The requirement is taken back").waitFor();
  }, 120_000);

  test("a person's names and role change, and their activity shows it", async () => {
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Last name").fill("Murray Hopper");
    await page.getByRole("radio", { name: "Administrator", exact: true }).check();
    await glance("06-edit-person");
    await press(page, "Save changes");
    await expectHeading(page, "Grace Murray Hopper");
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByText("Role changed").first().waitFor();
    await glance("06-activity");
  }, 120_000);

  test("a group is made, filled, emptied and deleted", async () => {
    await go("/groups/new");
    await page.getByLabel("Name", { exact: true }).fill("Compilers");
    await page.getByLabel(/^Description/).fill("Whoever makes machines understand people");
    await glance("07-group-new");
    await press(page, "Create group");
    await page.getByRole("link", { name: "Add people" }).first().click();
    await page.getByRole("searchbox").pressSequentially("hopper");
    await page.getByRole("checkbox").nth(1).waitFor({ state: "detached" });
    await page.getByLabel(/Grace Murray Hopper/).check();
    await press(page, "Add to group");
    await page.getByText("1 person added").waitFor();
    await glance("07-group");
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Languages");
    await press(page, "Save changes");
    await expectHeading(page, "Languages");
    await page.getByLabel("Second step", { exact: true }).selectOption("Strong");
    await press(page, "Save second step");
    // Whoever has nothing yet that is enough is named, and the change waits for a yes.
    await page.getByText("nothing yet that is enough").first().waitFor();
    await glance("07-keeps-out");
    await page.getByLabel("Ask it of them all the same").check();
    await press(page, "Save changes");
    await page.getByText("Changes saved").waitFor();
    await tabTo("Remove");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByRole("dialog").getByText("asks for at least “Strong”").waitFor();
    await glance("07-remove-question");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Removed from the group").waitFor();
    await go("/groups");
    await glance("07-groups");
    await page.getByRole("link", { name: "Languages" }).click();
    await press(page, "Delete group");
    await glance("07-delete-question");
    await page.getByRole("dialog").getByRole("button", { name: "Delete group" }).click();
    await page.getByText("The group is deleted").waitFor();
  }, 120_000);

  test("everybody's sessions are listed, and one is ended", async () => {
    await go("/sessions");
    await glance("08-sessions");
    expect(await page.getByText("Ada Lovelace").count()).toBeGreaterThan(0);
    await go("/users?q=ada");
    await page.getByRole("link", { name: /Ada Lovelace/ }).click();
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByRole("link", { name: "Manage sessions" }).click();
    await expectHeading(page, "Sessions of Ada Lovelace");
    await page.getByRole("link", { name: "Show everybody's sessions" }).click();
    await page.getByRole("link", { name: "End everybody's sessions" }).click();
    await expectHeading(page, "End everybody's sessions?");
    await glance("08-end-everybodys");
    await press(page, "End everybody's sessions");
    await page.getByText(/ended|no other sessions/).waitFor();
    await expectHeading(page, "Sessions");
  }, 120_000);

  test("an account comes to its end: anonymised with the address typed, then deleted", async () => {
    await go("/users?q=person002");
    await page.getByRole("link", { name: /Person 002/ }).click();
    await expectHeading(page, "Person 002");
    await stage.database.asSuperuser(
      "update app.users set state = 'deactivated', deactivated_at = now() where last_name = '002'",
    );
    await page.reload();
    await glance("08-ends");
    await page.getByRole("link", { name: "Anonymise…" }).click();
    await expectHeading(page, "Anonymise Person 002?");
    await page.getByLabel(/to confirm$/).fill("person 002");
    await press(page, "Anonymise");
    await page.getByText("This is not person002@acme.example").first().waitFor();
    await glance("08-anonymise-refused");
    await page.getByLabel(/to confirm$/).fill("person002@acme.example");
    await press(page, "Anonymise");
    await page.getByText("The person is anonymised").waitFor();
    await expectHeading(page, "Anonymised person");
    await glance("08-anonymised");
    await go("/users?state=anonymised");
    await glance("08-list");
    await page.getByRole("link", { name: /Anonymised person/ }).click();
    await page.getByRole("link", { name: "Delete…" }).click();
    await expectHeading(page, "Delete Anonymised person?");
    await glance("08-delete");
    const label = (await page.locator("label", { hasText: "to confirm" }).textContent()) ?? "";
    await page.getByLabel(/to confirm$/).fill(/\S+@\S+/.exec(label)?.[0] ?? "");
    await press(page, "Delete");
    await page.getByText("Anonymised person is deleted").waitFor();
    await expectHeading(page, "Users");
  }, 120_000);

  test("a member sees their own pages and nothing else", async () => {
    const [visit] = [await visitor(browser)];
    const alan: Somebody = { email: "alan@acme.example", firstName: "Alan", lastName: "Turing" };
    await invite(await scriptOf(stage), alan);
    await acceptInvitation(visit.page, stage.mailbox, alan, { subject: "You are invited" });
    await expectHeading(visit.page, "Hello, Alan Turing");
    await look(visit, journey, "09-member-home");
    await visit.page.goto(`${stage.acme}/users`);
    await visit.page.getByText("Your role does not allow this").waitFor();
    await look(visit, journey, "09-forbidden");
    await visit.page.goto(`${stage.acme}/nowhere`);
    await visit.page.getByText("There is nothing at this address").waitFor();
    await look(visit, journey, "09-nowhere");
    await visit.context.close();
  }, 120_000);

  test("the base domain leads to an organisation, and to the mailbox in development", async () => {
    const visit = await visitor(browser);
    const base = new URL(stage.acme);
    base.hostname = base.hostname.replace("acme.", "");
    await visit.page.goto(base.href);
    await look(visit, journey, "10-base");
    await visit.page.getByRole("textbox").fill("acme");
    await press(visit.page, "Continue");
    await expectHeading(visit.page, "Sign in");
    await visit.page.goto(`${base.origin}/dev/mail`);
    await look(visit, journey, "10-mailbox");
    await visit.page.getByRole("link", { name: "Set up Acme" }).last().click();
    await look(visit, journey, "10-mail");
    await visit.context.close();
  }, 120_000);
});
