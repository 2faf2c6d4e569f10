// Everything that matters without JavaScript, over plain HTTP as on a developer's machine: invitation, sign-in, consent, and the
// questions before something is deleted.
import { describe, expect, test } from "bun:test";
import { type Facts, startExpressSp } from "../peers/express-sp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, factsOf, press, signIn } from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "without-script";
const wiki = {
  name: "wiki",
  title: "Wiki",
  signsRequests: false,
  takesUnasked: false,
  nameIdFormat: null,
};

const { stage, sp, script, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage("http"), launch()]);
  const [sp, script] = await Promise.all([
    startExpressSp(stage.front, "app.example.org", [wiki]),
    scriptOf(stage),
  ]);
  return { stage, sp, script, person: await visitor(browser, { javaScript: false }) };
});

describe.skipIf(!program.found)("without script", () => {
  const { page } = person ?? {};
  const glance = (step: string) => look(person, journey, step);

  test("an invitation leads to the start page", async () => {
    await acceptInvitation(page, stage.mailbox, ada, {
      subject: "Set up Acme",
      glance: (step) => glance(`01-${step}`),
    });
    await expectHeading(page, "Hello, Ada Lovelace");
  }, 120_000);

  test("an application is registered by its document", async () => {
    await page.goto(`${stage.acme}/applications/new`);
    await page.getByLabel("Name", { exact: true }).fill("Wiki");
    await page.getByRole("radio", { name: "Metadata XML" }).check();
    await page.getByRole("textbox", { name: "Metadata XML" }).fill(await sp.metadata("wiki"));
    await page.getByLabel("Everyone in the organisation may use it").check();
    await glance("02-register");
    await press(page, "Register application");
    await expectHeading(page, "Wiki");
    const metadataUrl = await page.getByRole("textbox", { name: "Metadata URL" }).inputValue();
    await sp.configure("wiki", { metadataUrl, via: stage.port });
  }, 120_000);

  test("a person signs in on the way to it, agrees, and sends the answer by a button", async () => {
    await page.context().clearCookies();
    await page.goto(`${sp.origin}/wiki/login?relay=there`);
    await signIn(page, stage, ada, (step) => glance(`03-${step}`));
    await expectHeading(page, "Continue to Wiki?");
    await glance("03-consent");
    await press(page, "Continue");
    await expectHeading(page, "Signing you in to Wiki");
    await glance("03-hand-over");
    await press(page, "Continue");
    expect(await factsOf<Facts>(page)).toMatchObject({
      outcome: "signed in",
      profile: { email: ada.email },
      relayState: "there",
    });
  }, 120_000);

  test("a list is searched, and a question before deleting stands on its own page", async () => {
    const group = await script.group("Temporary", [ada]);
    await page.goto(`${stage.acme}/groups`);
    await page.getByRole("searchbox").fill("temp");
    await page.getByRole("searchbox").press("Enter");
    await page.getByText("1 group on this page").first().waitFor();
    await page.getByRole("link", { name: "Temporary" }).click();
    await glance("04-group");
    await page.getByRole("link", { name: "Delete group" }).click();
    expect(new URL(page.url()).pathname).toBe(`/groups/${group}/deletion`);
    await glance("04-question");
    await press(page, "Delete group");
    await page.getByText("The group is deleted").waitFor();
  }, 120_000);
});
