// Single sign-on as a service provider that is not ours sees it: node-saml in an Express app. It stands on a registrable domain of
// its own, so that every message between us is cross-site.
import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import {
  type Facts,
  type ProviderSettings,
  signsRedirects,
  startExpressSp,
} from "../peers/express-sp.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { linkIn } from "./support/mailbox.ts";
import {
  acceptInvitation,
  agree,
  expectHeading,
  factsOf,
  press,
  signIn,
  typeMailedCode,
} from "./support/people.ts";
import { invite, type Registered, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "single-sign-on";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };
const common = { signsRequests: false, takesUnasked: false, nameIdFormat: null };
const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

const play = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const { front } = stage;
  const landing = `${front.origin("www.example.com")}/landing`;
  const providers: ProviderSettings[] = [
    { ...common, name: "wiki", title: "Wiki" },
    { ...common, name: "notes", title: "Notes", signsRequests: true },
    { ...common, name: "portal", title: "Portal", takesUnasked: true },
    { ...common, name: "shop", title: "Shop", takesUnasked: true, landing },
    { ...common, name: "survey", title: "Survey", nameIdFormat: persistent },
    { ...common, name: "poll", title: "Poll", nameIdFormat: transient },
  ];
  const [sp, script] = await Promise.all([
    startExpressSp(front, "app.example.org", providers),
    scriptOf(stage),
  ]);
  front.alias("www.example.com", "app.example.org");
  const applications: Record<string, Registered> = {};
  for (const { name, title } of providers) {
    const metadataXml = await sp.metadata(name);
    const registered = await script.register({ name: title, metadataXml, availableToAll: true });
    await sp.configure(name, { metadataUrl: registered.metadataUrl, via: stage.port });
    applications[name] = registered;
  }
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace);
  const other = await visitor(browser, { size: "narrow" });
  await acceptInvitation(other.page, stage.mailbox, grace, { subject: "You are invited" });
  return { stage, browser, sp, script, applications, person, other };
});

describe.skipIf(!program.found)("single sign-on", () => {
  const address = (path: string) => `${play.sp.origin}/${path}`;

  async function asked(page: Page, path: string): Promise<Facts> {
    await page.goto(address(path));
    await agree(page);
    return factsOf<Facts>(page);
  }

  test("starts from a tile, where the application takes what it did not ask for", async () => {
    const { page } = play.person;
    await page.goto(play.stage.acme);
    await look(play.person, journey, "01-my-apps");
    await page.getByRole("link", { name: "Portal" }).click();
    await agree(page);
    expect(await factsOf<Facts>(page)).toMatchObject({
      outcome: "signed in",
      profile: { nameID: ada.email, displayName: "Ada Lovelace" },
    });
    await page.goto(play.stage.acme);
    await page.getByRole("link", { name: "Wiki" }).click();
    await agree(page);
    const { outcome, reason } = await factsOf<Facts>(page);
    expect({ outcome, reason }).toEqual({
      outcome: "refused",
      reason: "InResponseTo is missing from response",
    });
  }, 120_000);

  test("lets an application send the person on to another host of its own", async () => {
    const { page } = play.person;
    await page.goto(address("shop/login"));
    await agree(page);
    expect((await factsOf<Facts>(page)).outcome).toBe("landed");
    expect(new URL(page.url()).hostname).toBe("www.example.com");
  }, 120_000);

  test("could not, if the page that hands over named the address alone: the browser asks it about the redirect too", async () => {
    const { browser, person, sp } = play;
    const visit = await visitor(browser);
    await visit.page.context().addCookies(await person.page.context().cookies());
    const { page } = visit;
    const devtools = await page.context().newCDPSession(page);
    devtools.on("Fetch.requestPaused", ({ requestId, responseStatusCode = 0, ...paused }) => {
      void (async () => {
        if (responseStatusCode !== 200) {
          return devtools.send("Fetch.continueRequest", { requestId });
        }
        const { body } = await devtools.send("Fetch.getResponseBody", { requestId });
        const responseHeaders = (paused.responseHeaders ?? []).map(({ name, value }) => ({
          name,
          value: value.replace("form-action 'self' https:", `form-action 'self' ${sp.origin}`),
        }));
        const responseCode = responseStatusCode;
        return devtools.send("Fetch.fulfillRequest", {
          requestId,
          responseCode,
          responseHeaders,
          body,
        });
      })();
    });
    await devtools.send("Fetch.enable", {
      patterns: [{ urlPattern: "*/saml/idp/sso/*", requestStage: "Response" }],
    });
    await page.goto(address("portal/login"));
    await agree(page);
    expect((await factsOf<Facts>(page)).outcome).toBe("signed in");
    const blocked = page.waitForEvent("console", (message) =>
      message.text().includes("form-action"),
    );
    await page.goto(address("shop/login"), { waitUntil: "commit" });
    await blocked;
    expect(new URL(page.url()).hostname).toBe(new URL(play.stage.acme).hostname);
    await page.context().close();
  }, 120_000);

  test("gives an application the same identifier again, or a new one each time", async () => {
    const { page } = play.person;
    const idOf = async (name: string) =>
      (await asked(page, `${name}/login`)).profile?.["nameID"] as string;
    const [first, second] = [await idOf("survey"), await idOf("survey")];
    const [third, fourth] = [await idOf("poll"), await idOf("poll")];
    expect(first).toBe(second);
    expect(third).not.toBe(fourth);
    expect(new Set([first, third, fourth, ada.email]).size).toBe(4);
  }, 120_000);

  test("asks for a fresh sign-in when the application wants one", async () => {
    const { page } = play.person;
    await page.goto(address("wiki/login?force"));
    await expectHeading(page, "Sign in");
    expect(await page.getByLabel("E-mail address").inputValue()).toBe(ada.email);
    await page.getByText("Wiki asks you to sign in again").waitFor();
    await look(play.person, journey, "02-fresh-sign-in");
    await signIn(page, play.stage, ada);
    await agree(page);
    expect((await factsOf<Facts>(page)).outcome).toBe("signed in");
  }, 120_000);

  test("answers without a page when none may be shown", async () => {
    const stranger = await visitor(play.browser);
    await stranger.page.goto(address("wiki/login?passive"));
    expect((await factsOf<Facts>(stranger.page)).outcome).toBe("no passive sign-in");
    await stranger.context.close();
    const { page } = play.person;
    await page.goto(address("wiki/login?passive"));
    expect((await factsOf<Facts>(page)).outcome).toBe("signed in");
    await page.goto(address("notes/login-post?passive"));
    expect((await factsOf<Facts>(page)).outcome).toBe("no passive sign-in");
  }, 120_000);

  test("tells the application, under signature, that the person said no", async () => {
    const { page } = play.person;
    await page.goto(address("notes/login-post?relay=back"));
    await press(page, "Cancel");
    expect(await factsOf<Facts>(page)).toEqual({
      outcome: "status",
      status: ["Responder", "RequestDenied"],
      isSigned: true,
      relayState: "back",
    });
  }, 120_000);

  test("shows who has no access how to get it, and the way back", async () => {
    const { page } = play.other;
    const { id } = play.applications["notes"] as Registered;
    await play.script.call("PATCH", `/applications/${id}`, { availableToAll: false });
    await page.goto(address("notes/login-post"));
    await expectHeading(page, "You have no access to Notes");
    await look(play.other, journey, "03-no-access");
    await press(page, "Go back to Notes");
    expect(await factsOf<Facts>(page)).toMatchObject({
      status: ["Responder", "RequestDenied"],
      isSigned: true,
    });
    await page.goto(play.stage.acme);
    expect(await page.getByRole("link", { name: "Wiki" }).count()).toBe(1);
    expect(await page.getByRole("link", { name: "Notes" }).count()).toBe(0);
  }, 120_000);

  test("lets somebody without access change to another account", async () => {
    const { page, context } = await visitor(play.browser);
    const { id } = play.applications["notes"] as Registered;
    await play.script.grant({ id } as Registered, await play.script.group("Writers", [ada]));
    await page.goto(address("notes/login-post"));
    await signIn(page, play.stage, grace);
    await expectHeading(page, "You have no access to Notes");
    await page.getByRole("link", { name: "Use another account" }).click();
    await signIn(page, play.stage, ada);
    await expectHeading(page, "Continue to Notes?");
    await press(page, "Continue");
    const { profile } = await factsOf<Facts>(page);
    expect(profile).toMatchObject({ email: ada.email, groups: "Writers" });
    await context.close();
  }, 120_000);

  test("does not sign anybody in to an application that is switched off", async () => {
    const { page } = play.person;
    const { id } = play.applications["portal"] as Registered;
    await play.script.call("PUT", `/applications/${id}/disablement`);
    await page.goto(address("portal/login"));
    await expectHeading(page, /^This application is switched off/);
    await look(play.person, journey, "04-switched-off");
    await page.goto(play.stage.acme);
    expect(await page.getByRole("link", { name: "Portal" }).count()).toBe(0);
    await play.script.call("DELETE", `/applications/${id}/disablement`);
  }, 120_000);

  test.skipIf(!signsRedirects)(
    "does not read a signed request that was changed on its way",
    async () => {
      const { page } = play.person;
      const request = await play.sp.redirectOf("notes/login?relay=abc");
      expect(request).toContain("RelayState=abc&");
      await page.goto(request.replace("RelayState=abc&", "RelayState=abd&"));
      await expectHeading(page, /does not carry a valid signature/);
      await look(play.person, journey, "05-signature-refused");
    },
    120_000,
  );

  test("goes on in the browser where it began, and nowhere else", async () => {
    const { page } = play.person;
    await page.goto(address("poll/login-post?force"));
    await expectHeading(page, "Sign in");
    const waiting = new URL(page.url()).searchParams.get("return_to") ?? "";
    const { page: elsewhere, ...visit } = await visitor(play.browser);
    await elsewhere.goto(`${play.stage.acme}${waiting}`);
    await expectHeading(elsewhere, /^This sign-in was started in another browser/);
    await look({ ...visit, page: elsewhere }, journey, "06-other-browser");
    await visit.context.close();
  }, 120_000);

  test("asks again after the person signed out here", async () => {
    const { page } = play.other;
    await page.goto(play.stage.acme);
    await page.locator("summary", { hasText: grace.email }).click();
    await press(page, "Sign out");
    await expectHeading(page, "Sign in");
    await page.getByText("You are signed out.").waitFor();
    await page.goto(address("wiki/login"));
    await expectHeading(page, "Sign in");
    await look(play.other, journey, "06-signed-out");
  }, 120_000);

  /** Changes a value inside the response while it travels. */
  const tamper = (page: Page, pattern: string, from: string, to: string) =>
    page.route(pattern, (route) => {
      const form = new URLSearchParams(route.request().postData() ?? "");
      const xml = Buffer.from(form.get("SAMLResponse") ?? "", "base64").toString();
      expect(xml).toContain(from);
      form.set("SAMLResponse", Buffer.from(xml.replaceAll(from, to)).toString("base64"));
      return route.continue({ postData: form.toString() });
    });

  test("is refused by the Express app when the answer was changed on its way", async () => {
    const { page } = play.person;
    await tamper(page, "**/wiki/acs", ada.email, "eve@acme.example");
    expect((await asked(page, "wiki/login")).outcome).toBe("refused");
    await page.unrouteAll();
    expect((await asked(page, "wiki/login")).outcome).toBe("signed in");
  }, 120_000);

  test("still waits after a forgotten password", async () => {
    const { page, context } = await visitor(play.browser);
    await page.goto(address("wiki/login?relay=patience"));
    await page.getByLabel("E-mail address").fill(grace.email);
    await press(page, "Continue");
    await page.getByRole("link", { name: "Forgotten password?" }).click();
    await press(page, "Send the link");
    await page.goto(linkIn(await play.stage.mailbox.next(grace.email, "A new password for Acme")));
    await press(page, "Continue");
    const replaced = "marble-kettle-saffron-orchid-19";
    await page.getByLabel("New password", { exact: true }).fill(replaced);
    await press(page, "Save password");
    await page.getByLabel("Password", { exact: true }).fill(replaced);
    await press(page, "Sign in");
    await typeMailedCode(page, play.stage.mailbox, grace.email);
    await agree(page);
    expect(await factsOf<Facts>(page)).toMatchObject({
      outcome: "signed in",
      profile: { email: grace.email },
      relayState: "patience",
    });
    await context.close();
  }, 120_000);
});
