// An identity provider that is not ours: SimpleSAMLphp on a registrable domain of its own, set up by an administrator from the first form
// to a colleague who comes in by it.
import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { hasSimpleSaml, type ProvidedPerson, startSimpleSaml } from "../peers/simplesamlphp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import {
  acceptInvitation,
  expectHeading,
  password,
  press,
  typeMailedCode,
} from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "identity-provider";
const canRun = program.found && hasSimpleSaml;
const grace: ProvidedPerson = {
  user: "grace",
  password: "cobol-compiler-1952",
  uid: "grace-1906",
  email: "grace@people.example",
  firstName: "Grace",
  lastName: "Hopper",
};

const adaThere: ProvidedPerson = {
  user: "ada",
  password: "analytical-engine-1843",
  uid: "ada-1815",
  email: ada.email,
  firstName: ada.firstName,
  lastName: ada.lastName,
};

const { stage, browser, idp, admin, script } = await prepare(async () => {
  if (!hasSimpleSaml) return {} as never;
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const [idp, admin, script] = await Promise.all([
    startSimpleSaml(stage.front, "login.example.net", [grace, adaThere]),
    visitor(browser),
    scriptOf(stage),
  ]);
  await acceptInvitation(admin.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, idp, admin, script };
});

/** Signs in at the provider's own page. */
async function atProvider(page: Page, who = grace): Promise<void> {
  await page.waitForURL(`${idp.origin}/**`);
  await page.locator("#username").fill(who.user);
  await page.locator("#password").fill(who.password);
  await page.locator("#submit_button, button[type=submit]").first().click();
}

/** What our own server publishes, past the browser. */
async function published(path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${stage.port}${path}`, {
    headers: { host: stage.acmeHost },
  });
  return answer.text();
}

async function typeAddress(page: Page, email: string): Promise<void> {
  await page.goto(`${stage.acme}/sign-in`);
  await page.getByLabel("E-mail address").fill(email);
  await press(page, "Continue");
}

describe.skipIf(!canRun)("an identity provider that is not ours", () => {
  let id = "";

  test("is set up as a draft, tried out, and enabled", async () => {
    const { page } = admin;
    await page.goto(`${stage.acme}/identity-providers`);
    await look(admin, journey, "01-none-yet");
    await page.getByRole("link", { name: "Add identity provider" }).first().click();
    await page.getByLabel("Another provider").check();
    await page.getByLabel("Name", { exact: true }).fill("People directory");
    await look(admin, journey, "02-add");
    await press(page, "Create draft");
    await expectHeading(page, "People directory");
    await look(admin, journey, "03-draft");
    id = page.url().split("/").at(-1) ?? "";
    await idp.know(await published(`/saml/sp/metadata/${id}`));

    await page.getByRole("link", { name: "Open setup page" }).click();
    await look(admin, journey, "04-setup-page");
    await page.goto(`${stage.acme}/identity-providers/${id}`);
    await page.getByRole("link", { name: "Give its metadata" }).click();
    await page.getByLabel("Metadata XML", { exact: true }).first().check();
    await page.locator("textarea[name=metadataXml]").fill(await idp.metadata());
    await look(admin, journey, "05-metadata");
    await press(page, "Save");
    await page.getByLabel("Domain", { exact: true }).fill("people.example");
    await press(page, "Bind domain");
    await look(admin, journey, "06-described");

    await press(page, "Test sign-in");
    await atProvider(page);
    await expectHeading(page, "Test of People directory");
    await page.getByText("This person would come in.").waitFor();
    await look(admin, journey, "07-tested");
    await page.goto(`${stage.acme}/identity-providers/${id}`);
    await press(page, "Enable");
    await page.getByText("Enabled: addresses of its domains are led to it").waitFor();
  }, 60_000);

  test("brings in somebody whom nobody has added, and asks for a second step of ours", async () => {
    const person = await visitor(browser, { size: "narrow" });
    const { page } = person;
    await typeAddress(page, "grace@people.example");
    await atProvider(page);
    await expectHeading(page, "Check your mailbox");
    await typeMailedCode(page, stage.mailbox, "grace@people.example");
    await expectHeading(page, /Grace/);
    await look(person, journey, "08-in");
    await page.goto(`${stage.acme}/security`);
    await look(person, journey, "08a-no-password");
    await page.goto(`${stage.acme}/security/authenticator-app`);
    await look(person, journey, "08b-recent-sign-in");
    await press(page, "Continue");
    await expectHeading(page, "Connect the app");
    await person.context.close();
    const { items } = await script.call<{ items: { email: string; state: string }[] }>(
      "GET",
      "/users?q=grace",
    );
    expect(items).toMatchObject([{ email: "grace@people.example", state: "active" }]);
  }, 120_000);

  test("is enough where it is trusted; and there is a way past it", async () => {
    await script.call("PATCH", `/identity-providers/${id}`, { trustsSecondStep: true });
    const person = await visitor(browser);
    const { page } = person;
    await page.goto(`${stage.acme}/sign-in`);
    await look(person, journey, "09-sign-in");
    await typeAddress(page, "grace@people.example");
    await atProvider(page);
    await expectHeading(page, /Grace/);
    await person.context.close();

    const other = await visitor(browser);
    await other.page.goto(`${stage.acme}/sign-in`);
    await other.page.getByRole("link", { name: "Use a password instead" }).click();
    await other.page.getByLabel("E-mail address").fill("grace@people.example");
    await press(other.page, "Continue");
    await expectHeading(other.page, "Enter your password");
    await look(other, journey, "10-past-it");
    await press(other.page, "Sign in with People directory");
    await other.page.waitForURL(`${idp.origin}/**`);
    await other.context.close();
  }, 120_000);

  test("is reached by a button where there is no script", async () => {
    const person = await visitor(browser, { javaScript: false });
    const { page } = person;
    await typeAddress(page, "grace@people.example");
    await expectHeading(page, "Sign in with People directory");
    await look(person, journey, "11-onward");
    await page.getByRole("link", { name: "Continue to People directory" }).click();
    await page.waitForURL(`${idp.origin}/**`);
    await person.context.close();
  }, 120_000);

  test("opens an administrator's account only after their own password and second step", async () => {
    const [, domain] = ada.email.split("@");
    await script.call("POST", `/identity-providers/${id}/domains`, { domain });
    const person = await visitor(browser);
    const { page } = person;
    await typeAddress(page, ada.email);
    await atProvider(page, adaThere);
    await expectHeading(page, "Is it you?");
    await look(person, journey, "12-link");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await press(page, "Link and sign in");
    await typeMailedCode(page, stage.mailbox, ada.email);
    await expectHeading(page, /Ada/);
    await stage.mailbox.next(ada.email, "Another way in");
    await person.context.close();
  }, 120_000);

  test("is closed only by who has read whom it leaves outside", async () => {
    const { page } = admin;
    await page.goto(`${stage.acme}/identity-providers/${id}`);
    await look(admin, journey, "13-enabled");
    await page.goto(`${stage.acme}/identity-providers/${id}/people`);
    await look(admin, journey, "14-people");
    await page.goto(`${stage.acme}/identity-providers/${id}/disablement`);
    await page.getByText("1 person would be left without a way in:").waitFor();
    await look(admin, journey, "15-disable");
    await page.goto(`${stage.acme}/identity-providers/${id}/edit`);
    await look(admin, journey, "16-edit");
  }, 60_000);
});
