// The first day of an organisation: its founder follows the invitation, registers a real application, and is signed in to it; a
// second person is invited, and an application that waits for them is still waiting when they are set up.
import { describe, expect, test } from "bun:test";
import { type Facts, signsRedirects, startExpressSp } from "../peers/express-sp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import {
  acceptInvitation,
  choosePassword,
  expectHeading,
  factsOf,
  press,
  typeMailedCode,
} from "./support/people.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";
import { linkIn } from "./support/mailbox.ts";

const journey = "invitation-to-application";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };
const host = "app.example.org";

const { stage, browser, sp, founder } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const sp = await startExpressSp(stage.front, host, [
    { name: "notes", title: "Notes", signsRequests: true, takesUnasked: false, nameIdFormat: null },
    { name: "wiki", title: "Wiki", signsRequests: false, takesUnasked: false, nameIdFormat: null },
  ]);
  return { stage, browser, sp, founder: await visitor(browser) };
});

describe.skipIf(!program.found)("the first day of an organisation", () => {
  const glance = (prefix: string) => (step: string) => look(founder, journey, `${prefix}-${step}`);

  /** Registers an application as the founder, and enters our metadata at the other side. */
  async function register(name: string, describeIt: () => Promise<void>): Promise<void> {
    const { page } = founder;
    await page.goto(`${stage.acme}/applications/new`);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await describeIt();
    await press(page, "Register application");
    await expectHeading(page, name);
    const metadataUrl = await page.getByRole("textbox", { name: "Metadata URL" }).inputValue();
    await sp.configure(name.toLowerCase(), { metadataUrl, via: stage.port });
  }

  test("the founder follows the invitation to the start page", async () => {
    const { page } = founder;
    await acceptInvitation(page, stage.mailbox, ada, {
      subject: "Set up Acme",
      glance: glance("01"),
    });
    await expectHeading(page, "Hello, Ada Lovelace");
    await look(founder, journey, "02-home-empty");
  }, 120_000);

  test("creates a group and belongs to it", async () => {
    const { page } = founder;
    await page.getByRole("link", { name: "Groups" }).click();
    await look(founder, journey, "03-groups-empty");
    await page.getByRole("link", { name: "Create group" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Research & Development");
    await press(page, "Create group");
    await expectHeading(page, "Research & Development");
    await look(founder, journey, "03-group-new");
    await page.getByRole("link", { name: "Add people" }).first().click();
    await page.getByLabel(/Ada Lovelace/).check();
    await look(founder, journey, "03-group-add");
    await press(page, "Add to group");
    await page.getByText("1 person added").waitFor();
  }, 120_000);

  test("registers an application by its metadata address", async () => {
    const { page } = founder;
    await register("Notes", async () => {
      await page.getByRole("textbox", { name: "Metadata address" }).fill(sp.metadataUrl("notes"));
      await look(founder, journey, "04-register-by-address");
    });
    await look(founder, journey, "04-registered");
  }, 120_000);

  test("registers another by its metadata document", async () => {
    const { page } = founder;
    const xml = await sp.metadata("wiki");
    await register("Wiki", async () => {
      await page.getByRole("radio", { name: "Metadata XML" }).check();
      await page.getByRole("textbox", { name: "Metadata XML" }).fill(xml);
      await look(founder, journey, "05-register-by-document");
    });
    await press(page, "Make available to everyone");
    await page.getByText("Everyone in your organisation may use this application.").waitFor();
    await look(founder, journey, "05-for-everyone");
  }, 120_000);

  test("hands the other administrator a page that tells them all", async () => {
    const { page } = founder;
    await page.getByRole("link", { name: "Open setup page" }).click();
    await expectHeading(page, "Setup for Wiki");
    await look(founder, journey, "06-setup");
  }, 120_000);

  test("grants the first to the group", async () => {
    const { page } = founder;
    await page.goto(`${stage.acme}/applications`);
    await look(founder, journey, "07-applications");
    await page.getByRole("link", { name: "Notes" }).click();
    await page.getByLabel("Grant to group").selectOption("Research & Development");
    await press(page, "Grant access");
    await page.getByRole("link", { name: "Research & Development" }).waitFor();
    await look(founder, journey, "07-granted");
  }, 120_000);

  test("is asked once what the application learns, then signed in", async () => {
    const { page } = founder;
    await page.goto(`${sp.origin}/notes/login-post?relay=${encodeURIComponent(relay)}`);
    await expectHeading(page, "Continue to Notes?");
    await look(founder, journey, "08-consent");
    await press(page, "Continue");
    const facts = await factsOf<Facts>(page);
    expect(facts).toMatchObject({ outcome: "signed in", relayState: relay });
    expect(facts.profile).toMatchObject({
      nameID: ada.email,
      email: ada.email,
      firstName: "Ada",
      lastName: "Lovelace",
      displayName: "Ada Lovelace",
      groups: "Research & Development",
    });
  }, 120_000);

  const bindings = [
    ["notes", "login", "a signed request, redirect binding"],
    ["notes", "login-post", "a signed request, POST binding"],
    ["wiki", "login", "an unsigned request, redirect binding"],
    ["wiki", "login-post", "an unsigned request, POST binding"],
  ] as const;
  for (const [name, path, title] of bindings) {
    const cannotSign = name === "notes" && path === "login" && !signsRedirects;
    test.skipIf(cannotSign)(
      `is signed in by ${title}`,
      async () => {
        const { page } = founder;
        await page.goto(`${sp.origin}/${name}/${path}?relay=${encodeURIComponent(relay)}`);
        const question = page.getByRole("heading", { name: "Continue to" });
        const answer = page.locator("#facts");
        await question.or(answer).waitFor();
        if (await question.isVisible()) await press(page, "Continue");
        expect(await factsOf<Facts>(page)).toMatchObject({
          outcome: "signed in",
          profile: { email: ada.email, displayName: "Ada Lovelace" },
          relayState: relay,
        });
      },
      120_000,
    );
  }

  test("invites a second person", async () => {
    const { page } = founder;
    await page.goto(`${stage.acme}/users`);
    await look(founder, journey, "10-users");
    await page.getByRole("link", { name: "Invite person" }).click();
    await page.getByLabel("First name").fill(grace.firstName);
    await page.getByLabel("Last name").fill(grace.lastName);
    await page.getByLabel("E-mail address").fill(grace.email);
    await look(founder, journey, "10-invite");
    await press(page, "Send invitation");
    await page.getByText(`Invitation sent to ${grace.email}`).waitFor();
    await look(founder, journey, "10-invited");
  }, 120_000);

  test("an application still waits for the second person after they accept the invitation", async () => {
    const second = await visitor(browser, { size: "narrow" });
    const { page } = second;
    await page.goto(`${sp.origin}/wiki/login-post?relay=${encodeURIComponent(relay)}`);
    await page.getByLabel("E-mail address").fill(grace.email);
    await look(second, journey, "11-waiting-address");
    await press(page, "Continue");
    await page.getByLabel("Password", { exact: true }).waitFor();
    await look(second, journey, "11-waiting-password");
    // There is no password yet: the way to one is in the mailbox.
    await page.goto(linkIn(await stage.mailbox.next(grace.email, "You are invited to Acme")));
    await press(page, "Continue");
    await choosePassword(page);
    await typeMailedCode(page, stage.mailbox, grace.email);
    await expectHeading(page, "Continue to Wiki?");
    await look(second, journey, "11-consent");
    await press(page, "Continue");
    expect(await factsOf<Facts>(page)).toMatchObject({
      outcome: "signed in",
      profile: { email: grace.email, displayName: "Grace Hopper" },
      relayState: relay,
    });
  }, 120_000);
});

/** Comes back as it went. No blank and none of !'()~: node-saml signs those in another encoding than it sends them. */
const relay = '/welcome?from=a&to=ü+%2F<">';
