// Single logout as others see it: two node-saml applications, Apache with mellon, and SimpleSAMLphp as the provider that people come by.
// Each stands on a registrable domain of its own, so that their cookies are another site's in a frame of ours.
import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import {
  type Facts,
  type ProviderSettings,
  signsRedirects,
  startExpressSp,
} from "../peers/express-sp.ts";
import { hasMellon, prepareMellon } from "../peers/mellon.ts";
import { hasSimpleSaml, type ProvidedPerson, startSimpleSaml } from "../peers/simplesamlphp.ts";
import { launch, prepare, program, visitor, type Visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import {
  acceptInvitation,
  agree,
  expectHeading,
  factsOf,
  press,
  signIn,
} from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "single-logout";
const common = { signsRequests: true, takesUnasked: false, nameIdFormat: null };
const grace: ProvidedPerson = {
  user: "grace",
  password: "cobol-compiler-1952",
  uid: "grace-1906",
  email: "grace@people.example",
  firstName: "Grace",
  lastName: "Hopper",
};

const play = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const providers: ProviderSettings[] = [
    { ...common, name: "wiki", title: "Wiki", logout: "by-name" },
    { ...common, name: "notes", title: "Notes", logout: "by-cookie" },
  ];
  const [sp, script] = await Promise.all([
    startExpressSp(stage.front, "app.example.org", providers),
    scriptOf(stage),
  ]);
  for (const { name, title } of providers) {
    const metadataXml = await sp.metadata(name);
    const { id, metadataUrl } = await script.register({
      name: title,
      metadataXml,
      availableToAll: true,
    });
    // node-saml names its address by post alone and takes both.
    if (name === "notes")
      await script.call("PATCH", `/applications/${id}`, { logoutBinding: "redirect" });
    await sp.configure(name, { metadataUrl, via: stage.port });
  }
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, sp, script, person };
});

/** What our own server publishes, past the browser. */
async function published(address: string): Promise<string> {
  const { stage } = play;
  const answer = await fetch(
    `http://127.0.0.1:${stage.port}${new URL(address, stage.acme).pathname}`,
    {
      headers: { host: stage.acmeHost },
    },
  );
  return answer.text();
}

const address = (path: string) => `${play.sp.origin}/${path}`;

async function enter(page: Page, name: string): Promise<void> {
  await page.goto(address(`${name}/login-post`));
  await agree(page);
  expect((await factsOf<Facts>(page)).outcome).toBe("signed in");
}

async function isInside(page: Page, name: string): Promise<boolean> {
  await page.goto(address(`${name}/me`));
  return (await factsOf<Facts>(page)).outcome === "signed in";
}

async function signOut(page: Page): Promise<void> {
  await page.goto(play.stage.acme);
  await page.locator("summary[aria-label], summary", { hasText: "@" }).first().click();
  await press(page, "Sign out");
}

const said = (page: Page, name: string) =>
  page.locator("dl.key-values > div", { hasText: name }).locator(".status").first().textContent();

describe.skipIf(!program.found || !signsRedirects)("single logout", () => {
  test("begun here tells an application in a frame, and takes the person to one that needs its cookie", async () => {
    const { page } = play.person;
    for (const name of ["wiki", "notes"]) await enter(page, name);
    await signOut(page);
    await expectHeading(page, "You are signed out");
    expect(await said(page, "Wiki")).toBe("Signed out");
    // In a frame it saw no cookie, and it is honest.
    expect(await said(page, "Notes")).toBe("Did not sign you out");
    await page.getByText(/^You may still be signed in to Notes\./).waitFor();
    await look(play.person, journey, "01-one-remains");
    await page.getByRole("link", { name: "Sign out of Notes" }).click();
    await expectHeading(page, "You are signed out");
    expect(await said(page, "Notes")).toBe("Signed out");
    await look(play.person, journey, "02-all-out");
    for (const name of ["wiki", "notes"]) expect(await isInside(page, name)).toBe(false);
    await page.goto(`${play.stage.acme}/profile`);
    await expectHeading(page, "Sign in");
  }, 60_000);

  test("begun at an application ends all of it, and comes back there", async () => {
    const { page } = play.person;
    await page.goto(play.stage.acme);
    await signIn(page, play.stage, ada);
    for (const name of ["notes", "wiki"]) await enter(page, name);
    await page.goto(address("notes/logout?relay=thanks"));
    expect(await factsOf<Facts>(page)).toEqual({ outcome: "signed out", relayState: "thanks" });
    for (const name of ["wiki", "notes"]) expect(await isInside(page, name)).toBe(false);
    await page.goto(`${play.stage.acme}/profile`);
    await expectHeading(page, "Sign in");
  }, 60_000);

  test("goes on when an application does not answer, or is not there", async () => {
    const { page } = play.person;
    await page.goto(play.stage.acme);
    await signIn(page, play.stage, ada);
    for (const name of ["wiki", "notes"]) await enter(page, name);
    // One hangs for ever, the other's address leads nowhere.
    await page.route("**/wiki/slo", () => {});
    await page.route("**/notes/slo?**", (route) => route.abort("connectionrefused"));
    await signOut(page);
    await expectHeading(page, "Signing you out");
    await look(play.person, journey, "03-waiting");
    await expectHeading(page, "You are signed out");
    expect(await said(page, "Wiki")).toBe("Did not answer");
    expect(await said(page, "Notes")).toBe("Did not answer");
    await look(play.person, journey, "04-nobody-answered");
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.goto(`${play.stage.acme}/profile`);
    await expectHeading(page, "Sign in");
  }, 60_000);

  test("needs no script: a link goes on", async () => {
    const visit = await visitor(play.browser, { javaScript: false, size: "narrow" });
    const { page } = visit;
    await page.goto(play.stage.acme);
    await signIn(page, play.stage, ada);
    await page.goto(address("notes/login"));
    if (await page.getByRole("button", { name: "Continue" }).isVisible())
      await press(page, "Continue");
    await page.locator("#facts").waitFor();
    await signOut(page);
    await expectHeading(page, "Signing you out");
    await look(visit, journey, "05-without-script");
    await page.getByRole("link", { name: "Continue without waiting" }).click();
    await page.getByRole("link", { name: "Sign in again" }).waitFor();
    await visit.context.close();
  }, 60_000);

  describe.skipIf(!hasMellon)("with mellon", () => {
    const enterMail = async (page: Page, url: string) => {
      await page.goto(url);
      const question = page.getByRole("heading", { name: "Continue to" });
      await question.or(page.getByRole("heading", { name: "Mail" })).waitFor();
      if (await question.isVisible()) await press(page, "Continue");
      await expectHeading(page, "Mail");
    };

    test("both ways", async () => {
      const { stage, script, person } = play;
      const { page } = person;
      const mellon = await prepareMellon(stage.front, "mail.example.net");
      const { metadataUrl } = await script.register({
        name: "Mail",
        metadataXml: mellon.metadata,
        availableToAll: true,
      });
      await mellon.start(await published(metadataUrl));
      await page.goto(stage.acme);
      await signIn(page, stage, ada);
      await enterMail(page, mellon.protectedUrl);
      await enter(page, "wiki");

      // Its own sign-out.
      await page.goto(
        `${mellon.origin}/mellon/logout?${new URLSearchParams({ ReturnTo: `${mellon.origin}/` })}`,
      );
      await page.getByText("open to all").waitFor();
      expect(await isInside(page, "wiki")).toBe(false);
      await page.goto(`${stage.acme}/profile`);
      await expectHeading(page, "Sign in");

      // Ours.
      await signIn(page, stage, ada);
      await enterMail(page, mellon.protectedUrl);
      await signOut(page);
      await expectHeading(page, "You are signed out");
      expect(await said(page, "Mail")).toBe("Signed out");
      await page.goto(mellon.protectedUrl);
      await expectHeading(page, "Sign in");
    }, 90_000);
  });

  describe.skipIf(!hasSimpleSaml)("with SimpleSAMLphp", () => {
    test("both ways", async () => {
      const { stage, script, browser } = play;
      const idp = await startSimpleSaml(stage.front, "login.example.net", [grace]);
      const { id } = await script.call<{ id: string }>("POST", "/identity-providers", {
        name: "People directory",
        preset: "other",
      });
      const path = `/identity-providers/${id}`;
      await idp.know(await published(`/saml/sp/metadata/${id}`));
      await script.call("PUT", `${path}/description`, { metadataXml: await idp.metadata() });
      await script.call("POST", `${path}/domains`, { domain: "people.example" });
      await script.call("PATCH", path, { trustsSecondStep: true });
      await script.call("DELETE", `${path}/disablement`);

      const visit = await visitor(browser);
      const { page } = visit;
      await comeIn(visit, idp.origin);
      await signOut(page);
      await expectHeading(page, "You are signed out");
      await look(visit, journey, "06-offer");
      await page.getByRole("link", { name: "Also sign out of People directory" }).click();
      await expectHeading(page, "You are signed out");
      expect(await said(page, "People directory")).toBe("Signed out");
      await look(visit, journey, "07-provider-too");

      // It asks for the password again, so its session is over; and the other way round.
      await comeIn(visit, idp.origin);
      const answered = page.waitForResponse((response) =>
        response.url().includes("/SingleLogoutService.php?SAMLResponse="),
      );
      await page.goto(idp.logoutUrl);
      await answered;
      await page.goto(`${stage.acme}/profile`);
      await expectHeading(page, "Sign in");
      await page.goto(`${stage.acme}${path}`);
      await visit.context.close();
    }, 90_000);
  });

  async function comeIn({ page }: Visitor, origin: string): Promise<void> {
    await page.goto(`${play.stage.acme}/sign-in`);
    await page.getByLabel("E-mail address").fill(grace.email);
    await press(page, "Continue");
    await page.waitForURL(`${origin}/**`);
    await page.locator("#username").fill(grace.user);
    await page.locator("#password").fill(grace.password);
    await page.locator("#submit_button, button[type=submit]").first().click();
    await expectHeading(page, /Grace/);
  }
});
