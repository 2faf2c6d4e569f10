// An administrator whose proof has grown old: the form that keeps what was typed, the proof in another tab, and the way back.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, password, press } from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "step-up";

const { stage, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, person };
});

describe.skipIf(!program.found)("the proof before a dangerous change", () => {
  const { page } = person ?? {};
  const go = (path: string) => page.goto(`${stage.acme}${path}`);
  const glance = (step: string) => look(person, journey, step);
  const growOld = () =>
    stage.database.asSuperuser(
      "update app.sessions set authenticated_at = now() - interval '11 minutes'",
    );

  test("is asked for before the page of a form, and goes on to it", async () => {
    await growOld();
    await go("/users/new");
    await expectHeading(page, "Prove who you are");
    await glance("01-prove");
    await page.getByLabel("Current password").fill(password);
    await press(page, "Continue");
    await expectHeading(page, "Invite a person");
  }, 60_000);

  test("that came too late shows the form again, and opens in a tab of its own", async () => {
    await page.getByLabel("First name").fill("Grace");
    await page.getByLabel("Last name").fill("Hopper");
    await page.getByLabel("E-mail").fill("grace@acme.example");
    await growOld();
    await page.locator("main form button[type=submit]").click();
    await page.getByText("What you typed is kept").waitFor();
    await glance("02-form-again");
    const [tab] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Prove who you are" }).click(),
    ]);
    await tab.getByLabel("Current password").fill(password);
    await tab.getByRole("button", { name: "Continue" }).click();
    await expectHeading(tab, "You have proved who you are");
    await look({ ...person, page: tab }, journey, "03-proved");
    await tab.close();
    expect(await page.getByLabel("First name").inputValue()).toBe("Grace");
    await page.locator("main form button[type=submit]").click();
    await page.getByText("grace@acme.example").first().waitFor();
  }, 60_000);

  test("of a button keeps it ready to be sent again", async () => {
    await go("/sessions");
    await glance("04-sessions");
    await go("/security/sessions");
    await glance("05-own-sessions");
    await go("/users");
    await page.getByRole("link", { name: "Grace Hopper" }).first().click();
    await go("/api-clients/new");
    await page.getByLabel("Name").fill("Deploy");
    await page.locator("main form button[type=submit]").click();
    await go("/api-clients");
    await growOld();
    await page
      .getByRole("button", { name: /Revoke/ })
      .first()
      .click();
    await page.locator("dialog[open] button[type=submit]").click();
    await expectHeading(page, "Prove who you are first");
    await glance("06-button");
    await stage.database.asSuperuser("update app.sessions set authenticated_at = now()");
    await press(page, "Send again");
    await expectHeading(page, "API clients");
  }, 60_000);
});
