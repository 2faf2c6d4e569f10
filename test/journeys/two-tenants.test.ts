// The same person with one authenticator at two organisations: each offers and takes its own passkey, without a name being typed.
import { describe, expect, test } from "bun:test";
import { provision } from "../../bin/_provision.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { type VirtualKey, virtualKeys } from "./support/passkeys.ts";
import { acceptInvitation, expectHeading, password, press, signIn } from "./support/people.ts";
import { ada, baseDomains, startStage } from "./support/stage.ts";

const journey = "two-tenants";
const other = { subdomain: "globex", tenantName: "Globex", ...ada };

const { stage, globex, person, plug } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  await provision(stage.services, { kind: "operator", command: "provision" }, other);
  const globex = stage.front.origin(`globex.${baseDomains.https}`);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await person.page.waitForURL(`${stage.acme}/`);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Globex" });
  await person.page.waitForURL(`${globex}/`);
  return { stage, globex, person, plug: await virtualKeys(person.page) };
});

describe.skipIf(!program.found)("the same person in two organisations", () => {
  const { page, context } = person ?? {};
  let key: VirtualKey;

  const addPasskey = async (origin: string, name: string) => {
    await page.goto(`${origin}/security/passkeys/new`);
    await page.getByLabel("Current password", { exact: true }).fill(password);
    await press(page, "Continue");
    await expectHeading(page, "Make the passkey");
    await page.getByLabel("Name").fill(name);
    await press(page, "Make a passkey");
    await expectHeading(page, "Keep your backup codes");
  };
  const hostOf = (origin: string) => new URL(origin).hostname;

  test("a passkey of the one is not offered by the other, to which it is none", async () => {
    key = await plug();
    await addPasskey(stage.acme, "Key at Acme");
    await context.clearCookies();
    await page.goto(`${globex}/sign-in`);
    // What the browser could fill in would have been used by itself.
    await Bun.sleep(1_500);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(await context.cookies(globex)).not.toContainEqual(
      expect.objectContaining({ name: "__Host-session" }),
    );
    await press(page, "Sign in with a passkey");
    await page.getByText("The passkey was not used").waitFor();
    await look(person, journey, "01-not-offered");
  }, 60_000);

  test("with a passkey at each, the address typed nowhere decides who one is: the host does", async () => {
    await page.goto(`${globex}/sign-in`);
    await signIn(page, stage, ada);
    await page.waitForURL(`${globex}/`);
    await addPasskey(globex, "Key at Globex");
    const held = await key.credentials();
    expect(held.map(({ rpId = "none" }) => rpId).toSorted()).toEqual(
      [hostOf(stage.acme), hostOf(globex)].toSorted(),
    );
    expect(new Set(held.map(({ userHandle }) => userHandle)).size).toBe(2);
    for (const [origin, name] of [
      [stage.acme, "Acme"],
      [globex, "Globex"],
    ] as const) {
      // By what the browser fills in; then by the button, while a key that is not touched keeps that waiting.
      for (const isTouched of [true, false]) {
        await context.clearCookies();
        await key.touched(isTouched);
        const offered = page.waitForResponse((answer) => answer.url().endsWith("/passkey/options"));
        await page.goto(`${origin}/sign-in?return_to=/security/passkeys`);
        if (!isTouched) {
          await offered;
          // The browser has asked the key by then.
          await Bun.sleep(1_000);
          await key.touched(true);
          await press(page, "Sign in with a passkey");
        }
        await page.waitForURL(`${origin}/security/passkeys`);
        await page.getByText(`Key at ${name}`).waitFor();
        expect(await page.getByText(/^Key at /).count()).toBe(1);
      }
    }
  }, 150_000);

  test("neither the passkey nor the session of one is worth anything in the other", async () => {
    await context.clearCookies();
    await page.goto(`${stage.acme}/sign-in?return_to=/security`);
    await page.waitForURL(`${stage.acme}/security`);
    const cookies = await context.cookies(stage.acme);
    expect(cookies.map(({ name }) => name)).toContain("__Host-session");
    const [mine] = (await key.unplug()).filter(({ rpId }) => rpId === hostOf(stage.acme));
    if (!mine) throw new Error("there is no passkey of acme");

    await context.clearCookies();
    await context.addCookies(
      cookies.map(({ name, value }) => ({ name, value, url: globex, secure: true })),
    );
    await page.goto(`${globex}/security`);
    await expectHeading(page, "Sign in");

    // Somebody who has its private key pretends to the other organisation that the passkey is one of theirs.
    const forged = await plug({ holding: [{ ...mine, rpId: hostOf(globex) }] });
    const answer = page.waitForResponse(
      (response) =>
        response.request().method() === "POST" && response.url() === `${globex}/sign-in`,
    );
    await page.goto(`${globex}/sign-in`);
    expect((await answer).status()).toBe(422);
    // It answers by itself whenever it is asked, so also to the page of the refusal.
    const [used] = await forged.unplug();
    await page.getByText("This passkey was not accepted").first().waitFor();
    expect(used?.signCount).toBeGreaterThan(mine.signCount);
    await look(person, journey, "02-refused");
  }, 60_000);
});
