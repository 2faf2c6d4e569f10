// Attributes, clicked through: a super administrator asks for some, an administrator finds who lacks them and asks, a person fills them in.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, press } from "./support/people.ts";
import { invite, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "pages-attributes";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };

const { stage, person, other } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace);
  const other = await visitor(browser, { size: "narrow" });
  await acceptInvitation(other.page, stage.mailbox, grace, { subject: "You are invited" });
  return { stage, browser, person, other };
});

describe.skipIf(!program.found)("attributes of people", () => {
  const { page } = person ?? {};
  const theirs = other?.page;
  const glance = (step: string) => look(person, journey, step);
  const go = (path: string) => page.goto(`${stage.acme}${path}`);

  test("are asked for on one page of switches, saved together", async () => {
    await page.getByRole("link", { name: "Attributes", exact: true }).click();
    await expectHeading(page, "Attributes");
    await glance("01-settings");
    await page.getByLabel("City: Required").check();
    await press(page, "Save settings");
    await page.getByText("City can only be required where it is in use").first().waitFor();
    await glance("02-settings-refused");
    await page.getByLabel("City: In use").check();
    await page.getByLabel("City: Locked").check();
    await page.getByLabel("Job title: Required").check();
    await page.getByLabel("Country: In use").check();
    await press(page, "Save settings");
    await page.getByText("Settings saved").waitFor();
    expect(await page.getByLabel("City: Locked").isChecked()).toBe(true);
  }, 60_000);

  test("are edited by an administrator, locked ones too, with whose word they are", async () => {
    await go("/users?q=grace");
    await page.getByRole("link", { name: /Grace Hopper/ }).click();
    await page.getByRole("main").getByRole("link", { name: "Attributes" }).click();
    await expectHeading(page, "Attributes of Grace Hopper");
    await page.getByRole("link", { name: "Edit attributes" }).click();
    await page.getByLabel("City").fill("Arlington");
    await page.getByLabel("Country").selectOption("United States");
    await page.getByLabel("Work phone").fill("0703 555 01");
    await press(page, "Save changes");
    await page.getByText("Enter a phone number with its country code").first().waitFor();
    expect(await page.getByLabel("City").inputValue()).toBe("Arlington");
    await glance("03-person-refused");
    await page.getByLabel("Work phone").fill("+1 703 555 0100");
    await press(page, "Save changes");
    await page.getByText("Changes saved").waitFor();
    await glance("04-person");
  }, 60_000);

  test("that are missing are listed, and people are asked for them", async () => {
    await go("/users");
    await page.getByRole("link", { name: "Missing attributes" }).click();
    await glance("05-missing");
    await page.getByLabel("Choose Grace Hopper").check();
    await press(page, "Ask the chosen");
    await page.getByText("1 person asked").waitFor();
    await page.getByLabel("What they lack").selectOption("Asked already");
    await page.locator(".pager-summary", { hasText: "1 person" }).waitFor();
    await go("/users/new");
    await glance("08-invite");
  }, 60_000);

  test("are filled in on the way to another page", async () => {
    if (!theirs) throw new Error("there is nobody else");
    await theirs.goto(`${stage.acme}/security`);
    await expectHeading(theirs, "Complete your profile");
    await look(other, journey, "06-completion");
    await press(theirs, "Save and continue");
    await theirs.getByText("Fill in: Job title").first().waitFor();
    await theirs.getByLabel("Job title").fill("Rear admiral");
    await press(theirs, "Save and continue");
    await theirs.getByText("your profile is complete").waitFor();
    expect(theirs.url()).toContain("/security");
    await theirs.goto(`${stage.acme}/profile`);
    expect(await theirs.getByLabel("City").getAttribute("readonly")).not.toBeNull();
    await look(other, journey, "07-profile");
  }, 60_000);
});
