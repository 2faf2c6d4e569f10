// Passkeys in Chromium, with authenticators of its own making: added, used as proof, copied and found out, revoked by an administrator.
import { describe, expect, test } from "bun:test";
import { webauthnScript } from "#platform/ui/index.ts";
import { launch, prepare, program, type Visitor, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { type VirtualKey, virtualKeys } from "./support/passkeys.ts";
import { acceptInvitation, expectHeading, password, press } from "./support/people.ts";
import { invite, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "passkeys";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };

const { stage, browser, admin, person, plug } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const admin = await visitor(browser);
  await acceptInvitation(admin.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, grace, { subject: "You are invited" });
  return { stage, browser, admin, person, plug: await virtualKeys(person.page) };
});

describe.skipIf(!program.found)("passkeys", () => {
  const { page } = person ?? {};
  const go = (path: string, who: Visitor = person) => who.page.goto(`${stage.acme}${path}`);
  const glance = (step: string, who: Visitor = person) => look(who, journey, step);
  const link = (name: string) => page.getByRole("link", { name, exact: true });
  let laptop: VirtualKey;
  let phone: VirtualKey;

  test("the first one is added after a try that was cancelled, and brings backup codes", async () => {
    laptop = await plug();
    await go("/security");
    await glance("01-security");
    await go("/security/passkeys");
    await glance("01-none");
    await link("Add a passkey").click();
    await glance("01-proof");
    await page.getByLabel("Current password", { exact: true }).fill(password);
    await press(page, "Continue");
    await expectHeading(page, "Make the passkey");
    await glance("01-make");
    await laptop.recognises(false);
    await page.getByLabel("Name").fill("Work laptop");
    await press(page, "Make a passkey");
    await page.getByText("The passkey was not used").waitFor();
    await glance("01-cancelled");
    await laptop.recognises(true);
    await press(page, "Try again");
    await expectHeading(page, "Keep your backup codes");
    await glance("01-backup-codes");
    await page.getByRole("link", { name: "I have kept them" }).click();
    await expectHeading(page, "Passkeys");
    await page.getByText("Work laptop").waitFor();
    await glance("01-one");
    await stage.mailbox.next(grace.email, "A passkey was added to your account");
  }, 60_000);

  test("it proves who one is in the place of the password, and is not made twice", async () => {
    await link("Add a passkey").click();
    await glance("02-proof-with-passkey");
    await press(page, "Use a passkey instead");
    await expectHeading(page, "Make the passkey");
    await press(page, "Make a passkey");
    await page.getByText("There is a passkey already").waitFor();
    await glance("02-present");
    phone = await plug({ transport: "usb", isSyncing: true });
    await press(page, "Try again");
    await expectHeading(page, "Passkeys");
    await page.getByText("is added").waitFor();
    await page.getByText("Chrome on Linux").first().waitFor();
    await glance("02-two");
    await stage.mailbox.next(grace.email, "A passkey was added to your account");
  }, 60_000);

  test("the second one is renamed and removed, by the first one's word", async () => {
    await page.getByRole("link", { name: "Rename Chrome on Linux" }).click();
    await expectHeading(page, "Rename the passkey");
    await page.getByLabel("Name").fill("");
    await press(page, "Save name");
    await page.getByText("Give the passkey a name").first().waitFor();
    await glance("03-rename-refused");
    await page.getByLabel("Name").fill("Phone");
    await press(page, "Save name");
    await stage.mailbox.next(grace.email, "was renamed");
    await page.getByRole("link", { name: "Remove Phone" }).click();
    await expectHeading(page, "Remove the passkey “Phone”?");
    await glance("03-removal");
    await phone.unplug();
    await press(page, "Use a passkey instead");
    await page.getByText("The passkey is removed").waitFor();
    expect(await page.getByText("Phone").count()).toBe(0);
    await stage.mailbox.next(grace.email, "A passkey was removed from your account");
    expect((await laptop.credentials())[0]?.signCount).toBeGreaterThan(1);
  }, 60_000);

  test("it is offered among what the browser fills in; a button ends the waiting and asks itself", async () => {
    // A page of this host with the attributes of a sign-in page, whose answer is a proof here.
    const from = 'data-passkey-from="/security/passkeys/proof"';
    const answer = '<input type="hidden" name="passkey" data-passkey-answer>';
    const body = `<!doctype html><title>Autofill</title>
      <script src="/assets/passkeys.js" data-library="${webauthnScript}" defer></script>
      <div id="notices"></div><input autocomplete="username webauthn">
      <form method="post" action="/security/passkeys/new">
        <div data-passkey="autofill" ${from}>${answer}</div></form>
      <form method="post" action="/security/passkeys/new">
        <div data-passkey="get" ${from}>${answer}<button type="button">Use a passkey</button></div></form>`;
    await page.route(`${stage.acme}/autofill`, (route) =>
      route.fulfill({ contentType: "text/html", body }),
    );
    await go("/autofill");
    await expectHeading(page, "Make the passkey");

    await laptop.touched(false);
    const asked = () => page.waitForResponse((response) => response.url().endsWith("/proof"));
    const [first] = await Promise.all([asked(), go("/autofill")]);
    expect(first.status()).toBe(200);
    const again = asked();
    await press(page, "Use a passkey");
    expect((await again).status()).toBe(200);
    // It waits to be touched; a question beside a waiting one would have been refused at once.
    await Bun.sleep(1_000);
    expect(await page.locator('[data-passkey="get"][data-busy]').count()).toBe(1);
    await laptop.touched(true);
    await go("/security/passkeys");
  }, 60_000);

  test("a copy with an older counter is refused, and the passkey suspended", async () => {
    const held = await laptop.unplug();
    const holding = held.map((credential) => ({ ...credential, signCount: 0 }));
    const copy = await plug({ holding });
    await link("Add a passkey").click();
    await press(page, "Use a passkey instead");
    await page.getByText("This passkey was not accepted").first().waitFor();
    await glance("04-refused");
    await go("/security/passkeys");
    await page.getByText("A suspended passkey opens nothing").waitFor();
    await glance("04-suspended");
    await stage.mailbox.next(grace.email, "was suspended");
    await copy.unplug();
  }, 60_000);

  test("an administrator sees it, and revokes it", async () => {
    const { page: desk } = admin;
    await go("/users", admin);
    await desk.getByRole("link", { name: /Grace Hopper/ }).click();
    await glance("05-profile", admin);
    await desk.getByRole("link", { name: "Show passkeys" }).click();
    await expectHeading(desk, "Passkeys of Grace Hopper");
    await glance("05-passkeys", admin);
    await press(desk, "Revoke Work laptop");
    await glance("05-question", admin);
    await desk.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await desk.getByText("The passkey is revoked").waitFor();
    await glance("05-none", admin);
    await stage.mailbox.next(grace.email, "was revoked");
    await go("/security");
    await expectHeading(page, "Sign in");
  }, 60_000);

  test("a browser without passkeys, or without script, is told what to do", async () => {
    await admin.page.goto(`${stage.acme}/security/passkeys/new`);
    await admin.page.getByLabel("Current password", { exact: true }).fill(password);
    await admin.page.addInitScript(() => {
      Reflect.deleteProperty(window, "PublicKeyCredential");
    });
    await press(admin.page, "Continue");
    await admin.page.getByText("Passkeys do not work in this browser").waitFor();
    expect(await admin.page.getByRole("button", { name: "Make a passkey" }).count()).toBe(0);
    await glance("06-unsupported", admin);

    const plain = await visitor(browser, { javaScript: false });
    await plain.context.addCookies(await admin.context.cookies());
    await go("/security/passkeys/new", plain);
    await plain.page.locator("noscript .notice", { hasText: "JavaScript" }).waitFor();
    await glance("06-without-script", plain);
  }, 60_000);
});
