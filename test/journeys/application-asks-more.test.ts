// An application that asks for a stronger sign-in than the organisation, by node-saml in an Express app: on without it, then with it.
import { describe, expect, test } from "bun:test";
import { type Facts, startExpressSp } from "../peers/express-sp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import {
  acceptInvitation,
  agree,
  expectHeading,
  factsOf,
  press,
  signIn,
  totp,
} from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "application-asks-more";
const wiki = {
  name: "wiki",
  title: "Wiki",
  signsRequests: false,
  takesUnasked: false,
  nameIdFormat: null,
};

const play = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const [sp, script] = await Promise.all([
    startExpressSp(stage.front, "app.example.org", [wiki]),
    scriptOf(stage),
  ]);
  const metadataXml = await sp.metadata("wiki");
  const registered = await script.register({ name: "Wiki", metadataXml, availableToAll: true });
  await sp.configure("wiki", { metadataUrl: registered.metadataUrl, via: stage.port });
  await script.call("PATCH", `/applications/${registered.id}`, { strength: "strong" });
  const invited = await visitor(browser);
  await acceptInvitation(invited.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await expectHeading(invited.page, /.*/);
  return { stage, sp, person: await visitor(browser) };
});

describe.skipIf(!program.found)("an application that asks for more", () => {
  test("is told of a session when a stronger step was set up on the way, and not before", async () => {
    const { stage, sp, person } = play;
    const { page } = person;
    const see = (step: string) => look(person, journey, step);
    await page.goto(`${sp.origin}/wiki/login`);
    await signIn(page, stage, ada);
    await expectHeading(page, "Protect your account better");
    await page.getByText("Wiki asks for more than you have proven so far").waitFor();
    await see("01-enrolment");
    await press(page, "Go on without Wiki");
    await expectHeading(page, "Wiki asks for another sign-in");
    await see("02-another-sign-in");
    await page.getByRole("link", { name: "Sign in again" }).click();
    await signIn(page, stage, ada);
    await expectHeading(page, "Protect your account better");
    await press(page, "Set up an app");
    const secret = (await page.locator("#totp-key").inputValue()).replaceAll(" ", "");
    await page.getByLabel("Code from the app").fill(await totp(secret));
    await press(page, "Confirm and sign in");
    await expectHeading(page, "Save your backup codes");
    await page.getByRole("link", { name: "I have saved them: go on" }).click();
    await agree(page);
    expect(await factsOf<Facts>(page)).toMatchObject({
      outcome: "signed in",
      profile: { nameID: ada.email },
    });
    await page.goto(`${stage.acme}/settings/sign-in`);
    await see("03-settings");
  }, 120_000);
});
