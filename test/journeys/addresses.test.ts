// A person takes another address: adds and confirms it, makes it the primary one, signs in by the one before, and lets that go.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { linkIn } from "./support/mailbox.ts";
import { acceptInvitation, expectHeading, press, signIn } from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "addresses";
const second = "ada@analytical.example";

const { stage, browser, person } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const person = await visitor(browser, { size: "narrow" });
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, person };
});

describe.skipIf(!program.found)("another address", () => {
  const { page } = person ?? {};
  const glance = (step: string) => look(person, journey, step);

  test("is added on the profile, and waits", async () => {
    await page.goto(`${stage.acme}/profile`);
    await page.getByRole("link", { name: "Manage addresses" }).click();
    await expectHeading(page, "E-mail addresses");
    await glance("01-one-address");
    await page.getByRole("link", { name: "Add an address" }).click();
    await page.getByLabel("E-mail address").fill("ada@analytical");
    await press(page, "Send the message");
    await page.getByText("This is not an e-mail address").first().waitFor();
    await glance("02-refused");
    await page.getByLabel("E-mail address").fill(second);
    await press(page, "Send the message");
    await page.getByText("A message is on its way").waitFor();
    await page.getByText("Not verified yet").first().waitFor();
    await glance("03-waiting");
    await press(page, `Send again to ${second}`);
    await page.getByText("A message is on its way").waitFor();
  }, 120_000);

  test("is confirmed by whoever opens the mail, in a browser that knows nobody", async () => {
    const elsewhere = await visitor(browser, { size: "narrow" });
    const first = linkIn(await stage.mailbox.next(second, "Confirm this address"));
    const link = linkIn(await stage.mailbox.next(second, "Confirm this address"));
    await elsewhere.page.goto(first);
    await expectHeading(elsewhere.page, "This link does not work any more");
    elsewhere.complaints.splice(0);
    await look(elsewhere, journey, "04-dead");
    await elsewhere.page.goto(link);
    await expectHeading(elsewhere.page, "Is this your address?");
    await look(elsewhere, journey, "05-confirm");
    await press(elsewhere.page, "Confirm the address");
    await expectHeading(elsewhere.page, "The address is confirmed");
    await look(elsewhere, journey, "06-confirmed");
    await elsewhere.page.close();
    await stage.mailbox.next(ada.email, "An address was added");
    await page.reload();
    await page.getByRole("link", { name: `Make primary: ${second}` }).waitFor();
    await glance("07-two-addresses");
  }, 120_000);

  test("becomes the primary one after it was read which applications would see somebody new", async () => {
    const registered = await page.evaluate(async () => {
      const application = {
        kind: "saml",
        name: "Wiki",
        entityId: "https://wiki.example.org/metadata",
        acsUrl: "https://wiki.example.org/acs",
      };
      const send = (path: string, method: string, body: unknown) =>
        fetch(path, {
          method,
          headers: { "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify(body),
        });
      const made = (await (await send("/applications", "POST", application)).json()) as {
        id: string;
      };
      const open = { availableToAll: true };
      return (await send(`/applications/${made.id}`, "PATCH", open)).status;
    });
    expect(registered).toBe(200);
    await page.getByRole("link", { name: `Make primary: ${second}` }).click();
    await page.getByText("Wiki").waitFor();
    await glance("08-what-changes");
    await press(page, "Make primary");
    await page.getByText("Say that you have read what would change").first().waitFor();
    person.complaints.splice(0);
    await glance("09-not-confirmed");
    await page.getByLabel("Change it all the same").check();
    await press(page, "Make primary");
    await page.getByText(`${second} is the primary address now`).waitFor();
    await glance("10-promoted");
    for (const email of [ada.email, second])
      await stage.mailbox.next(email, "Your primary address");
  }, 120_000);

  test("and the one before both sign in", async () => {
    for (const email of [second, ada.email]) {
      const elsewhere = await visitor(browser, { size: "narrow" });
      await elsewhere.page.goto(`${stage.acme}/sign-in`);
      await signIn(elsewhere.page, stage, { ...ada, email });
      await expectHeading(elsewhere.page, /Ada/);
      await elsewhere.page.close();
    }
  }, 120_000);

  test("the one before is removed after a question, and an administrator sees what is left", async () => {
    await page.goto(`${stage.acme}/profile/addresses`);
    await page.getByRole("link", { name: `Remove ${ada.email}` }).click();
    await expectHeading(page, `Remove ${ada.email}?`);
    await glance("11-removal");
    await press(page, "Remove");
    await page.getByText("The address is removed").waitFor();
    await stage.mailbox.next(ada.email, "An address was removed");
    await page.goto(`${stage.acme}/users`);
    await page.getByRole("link", { name: /Ada Lovelace/ }).click();
    await glance("12-person");
    await page.getByRole("link", { name: "Manage addresses" }).click();
    await expectHeading(page, "E-mail addresses of Ada Lovelace");
    await page.getByText(second).first().waitFor();
    await glance("13-of-a-person");
  }, 120_000);
});
