// The pages about applications, API clients and the audit trail, clicked through as a super administrator does.
import { describe, expect, test } from "bun:test";
import { startExpressSp } from "../peers/express-sp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, press } from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "pages-access";
const wiki = {
  name: "wiki",
  title: "Wiki",
  signsRequests: true,
  takesUnasked: false,
  nameIdFormat: null,
};

const { stage, sp, script, person, browser } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const [sp, script, person] = await Promise.all([
    startExpressSp(stage.front, "app.example.org", [wiki]),
    scriptOf(stage),
    visitor(browser, { size: "narrow" }),
  ]);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  for (const name of ["Accounting", "Research"]) await script.group(name, [ada]);
  return { stage, browser, sp, script, person };
});

describe.skipIf(!program.found)("the pages about access", () => {
  const { page } = person ?? {};
  const go = (path: string) => page.goto(`${stage.acme}${path}`);
  const glance = (step: string) => look(person, journey, step);
  const said = (text: string | RegExp) => page.locator("#notices").getByText(text).waitFor();

  test("an application that cannot be described says why, field by field", async () => {
    await go("/applications");
    await glance("01-applications-empty");
    await page.getByRole("link", { name: "Register application" }).first().click();
    await press(page, "Register application");
    await page.locator("[aria-invalid=true]").first().waitFor();
    await glance("01-register-refused");
    await page.getByLabel("Name", { exact: true }).fill("Wiki");
    await page.getByRole("textbox", { name: "Metadata address" }).fill(`${stage.acme}/nothing`);
    await press(page, "Register application");
    await page
      .getByText(/The metadata could not be fetched/)
      .first()
      .waitFor();
    await glance("01-register-unreachable");
    await page.getByRole("radio", { name: "Metadata XML" }).check();
    await page.getByRole("textbox", { name: "Metadata XML" }).fill("<EntityDescriptor/>");
    await press(page, "Register application");
    await page
      .getByText(/This is not usable metadata/)
      .first()
      .waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Wiki");
    await glance("01-register-unreadable");
  }, 120_000);

  test("an application is registered by hand, and its metadata come later", async () => {
    await page.getByRole("radio", { name: "By hand" }).check();
    await page.getByLabel("Entity ID", { exact: true }).fill(`${sp.origin}/wiki/metadata`);
    await page.getByLabel("Assertion consumer service URL").fill(`${sp.origin}/wiki/acs`);
    await glance("02-register-by-hand");
    await press(page, "Register application");
    await said("Wiki is registered");
    await page.getByRole("link", { name: "Replace the metadata" }).click();
    await page.getByRole("textbox", { name: "Metadata XML" }).fill(await sp.metadata("wiki"));
    await glance("02-replace-metadata");
    await press(page, "Replace");
    await said("Metadata read again");
    await page.getByText("Required: every request must carry its signature").waitFor();
  }, 120_000);

  test("it is changed, granted and taken back", async () => {
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Handbook");
    await page.getByLabel(/^Description/).fill("How we do things here");
    await page.getByLabel("Name ID").selectOption("Persistent: a stable random identifier");
    await glance("03-edit");
    await press(page, "Save changes");
    await expectHeading(page, "Handbook");
    for (const group of ["Accounting", "Research"]) {
      await page.getByLabel("Grant to group").selectOption(group);
      await press(page, "Grant access");
      await said("Access granted");
    }
    await glance("03-granted");
    await page.getByRole("button", { name: "Revoke access of Accounting" }).click();
    await said("Access revoked");
    expect(await page.getByRole("link", { name: "Accounting" }).count()).toBe(0);
  }, 120_000);

  test("it is switched off and on again by the keyboard alone", async () => {
    await page.getByRole("button", { name: "Disable" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Disable Handbook?" }).waitFor();
    await glance("04-disable-question");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said("Application disabled");
    await glance("04-disabled");
    await page.getByRole("button", { name: "Enable" }).focus();
    await page.keyboard.press("Enter");
    await said("Application enabled");
  }, 120_000);

  test("its signing key is replaced in two steps", async () => {
    const application = page.url();
    await press(page, "Prepare next key");
    await said("The next key is prepared");
    await glance("04-key-prepared");
    await page.getByRole("link", { name: "Open setup page" }).click();
    await page.getByRole("textbox", { name: "Next signing certificate" }).waitFor();
    await glance("04-key-setup");
    await page.goto(application);
    await press(page, "Switch to it");
    await page.getByRole("dialog", { name: "Sign for Handbook with the next key?" }).waitFor();
    await glance("04-key-question");
    await press(page, "Switch to the next key");
    await said("Responses are signed with the new key");
    await page.getByText("Retired").waitFor();
    await glance("04-key-switched");
  }, 60_000);

  test("the questions stand on pages of their own for browsers that open no dialogs", async () => {
    const application = page.url();
    for (const [path, title] of [
      ["disablement", "Disable Handbook?"],
      ["deletion", "Delete Handbook?"],
    ] as const) {
      await page.goto(`${application}/${path}`);
      await expectHeading(page, title);
      await glance(`05-${path}`);
      await page.getByRole("link", { name: /Cancel|Keep/ }).click();
      await expectHeading(page, "Handbook");
    }
  }, 120_000);

  test("it is found in the list and deleted after a question", async () => {
    await go("/applications");
    await page.getByRole("searchbox").pressSequentially("hand");
    await page.waitForURL(/q=hand/);
    await glance("06-found");
    await page.getByRole("link", { name: "Handbook" }).click();
    await press(page, "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete application" }).click();
    await said("Handbook is deleted");
    await page.getByText("No applications yet").waitFor();
  }, 120_000);

  test("an API client is made, its secret shown once, and revoked", async () => {
    await go("/api-clients/new");
    await press(page, "Create API client");
    await page.getByText("Give the client a name").first().waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Nightly import");
    await page.getByRole("radio", { name: "Administrator", exact: true }).check();
    await glance("07-client-new");
    await press(page, "Create API client");
    await expectHeading(page, "Nightly import is ready");
    await glance("07-client-secret");
    const secret = await page.getByRole("textbox", { name: "Client secret" }).inputValue();
    await page.getByRole("link", { name: "Done" }).click();
    await glance("07-clients");
    expect(await page.content()).not.toContain(secret);
    const trigger = page.getByRole("button", { name: "Revoke Nightly import" });
    await go((await trigger.getAttribute("data-page")) ?? "");
    await expectHeading(page, "Revoke Nightly import?");
    await glance("07-revocation");
    await page.getByRole("link", { name: "Cancel" }).click();
    await trigger.click();
    await glance("07-revoke-question");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await said("API client revoked");
  }, 120_000);

  test("the audit trail tells all of it, and narrows down to one kind", async () => {
    await go("/events");
    await glance("08-events");
    await page.getByLabel("Event", { exact: true }).selectOption("Application deleted");
    await page.getByLabel("Person").fill(ada.email);
    await press(page, "Show");
    await page.locator(".pager-summary", { hasText: "1 event on this page" }).waitFor();
    await glance("08-events-filtered");
    await page.getByRole("link", { name: /Application deleted/ }).click();
    await expectHeading(page, "Application deleted");
    await glance("08-event");
    await go("/events?person=nobody");
    await page.locator("[aria-invalid=true]").first().waitFor();
    await go("/events?from=2020-01-01&to=2020-01-02");
    await page.getByText("No event matches").first().waitFor();
  }, 120_000);

  test("the API's description opens under our own content security policy", async () => {
    const visit = await visitor(browser);
    await visit.page.goto(`${stage.acme}/api/docs`);
    await visit.page.getByText("/api/v1/users", { exact: true }).first().waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.context.close();
    const { items } = await script.call<{ items: unknown[] }>("GET", "/events?limit=5");
    expect(items).toHaveLength(5);
  }, 120_000);
});
