// Single sign-on as Apache with mod_auth_mellon (lasso) sees it, which signs its requests and stands on a registrable domain of its own.
import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { hasMellon, mellonFacts, prepareMellon } from "../peers/mellon.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, agree, expectHeading, press, signIn } from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "single-sign-on-mellon";
const canRun = program.found && hasMellon;

const { stage, browser, mellon, person } = await prepare(async () => {
  if (!hasMellon) return {} as never;
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const [script, sp, person] = await Promise.all([
    scriptOf(stage),
    prepareMellon(stage.front, "mail.example.net"),
    visitor(browser),
  ]);
  const application = await script.register({ name: "Mail", metadataXml: sp.metadata });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  for (const name of ["Postmasters", "Ärzte & Pfleger"]) {
    await script.grant(application, await script.group(name, [ada]));
  }
  const { pathname } = new URL(application.metadataUrl);
  const answer = await fetch(`http://127.0.0.1:${stage.port}${pathname}`, {
    headers: { host: stage.acmeHost },
  });
  await sp.start(await answer.text());
  return { stage, browser, mellon: sp, person };
});

describe.skipIf(!canRun)("single sign-on to Apache with mellon", () => {
  const expected = {
    email: ada.email,
    firstName: "Ada",
    lastName: "Lovelace",
    displayName: "Ada Lovelace",
    groups: "Ärzte & Pfleger;Postmasters",
  };
  const facts = async (page: Page) =>
    mellonFacts((await page.locator("#facts").textContent()) ?? "");

  test("answers its signed request with names and groups", async () => {
    const { page } = person;
    await page.goto(mellon.protectedUrl);
    await expectHeading(page, "Continue to Mail?");
    await look(person, journey, "01-consent-with-groups");
    await press(page, "Continue");
    await expectHeading(page, "Mail");
    expect(page.url()).toBe(mellon.protectedUrl);
    // It asks for a transient identifier of its own accord.
    expect(await facts(page)).toMatchObject({ ...expected, NAME_ID: expect.stringMatching(/^_/) });
  }, 120_000);

  test("starts from a tile as well", async () => {
    const fresh = await visitor(browser, { size: "narrow" });
    const { page } = fresh;
    await page.goto(stage.acme);
    await signIn(page, stage, ada);
    await page.getByRole("link", { name: "Mail" }).click();
    await agree(page);
    await expectHeading(page, "Mail");
    expect(await facts(page)).toMatchObject({ ...expected, NAME_ID: ada.email });
    await fresh.context.close();
  }, 120_000);

  test("tells it when nothing may be shown and nobody is signed in", async () => {
    const { page, context } = await visitor(browser);
    const answered = page.waitForResponse((response) => response.url().includes("/postResponse"));
    await page.goto(mellon.passiveUrl);
    expect((await answered).status()).toBeGreaterThanOrEqual(400);
    expect(await page.locator("#facts").count()).toBe(0);
    await context.close();
    await person.page.goto(mellon.passiveUrl);
    await expectHeading(person.page, "Mail");
  }, 120_000);

  test("is refused by it when the answer was changed on its way", async () => {
    const { page, context } = await visitor(browser);
    await page.goto(mellon.protectedUrl);
    await page.route("**/mellon/postResponse", (route) => {
      const form = new URLSearchParams(route.request().postData() ?? "");
      const xml = Buffer.from(form.get("SAMLResponse") ?? "", "base64").toString();
      const changed = xml.replaceAll("Postmasters", "Administrators");
      expect(changed).not.toBe(xml);
      form.set("SAMLResponse", Buffer.from(changed).toString("base64"));
      return route.continue({ postData: form.toString() });
    });
    const answered = page.waitForResponse((response) => response.url().includes("/postResponse"));
    await signIn(page, stage, ada);
    expect((await answered).status()).toBeGreaterThanOrEqual(400);
    expect(await page.locator("#facts").count()).toBe(0);
    await context.close();
  }, 120_000);
});
