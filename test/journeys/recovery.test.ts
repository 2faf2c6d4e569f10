// Ways back in, clicked through: a reset that two administrators agree on, being let in again, a limit released.
import { describe, expect, test } from "bun:test";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { linkIn } from "./support/mailbox.ts";
import {
  acceptInvitation,
  expectHeading,
  press,
  typeAddressAndPassword,
} from "./support/people.ts";
import { invite, scriptOf } from "./support/script.ts";
import { ada, type Somebody, startStage } from "./support/stage.ts";

const journey = "recovery";
const grace: Somebody = { email: "grace@acme.example", firstName: "Grace", lastName: "Hopper" };
const edsger: Somebody = {
  email: "edsger@acme.example",
  firstName: "Edsger",
  lastName: "Dijkstra",
};

const { stage, person, other, member, idOf } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  await invite(script, grace, "super_admin");
  await invite(script, edsger);
  const other = await visitor(browser);
  await acceptInvitation(other.page, stage.mailbox, grace, { subject: "You are invited" });
  const member = await visitor(browser, { size: "narrow" });
  await acceptInvitation(member.page, stage.mailbox, edsger, { subject: "You are invited" });
  const { asSuperuser } = stage.database;
  await asSuperuser(`
    insert into app.passkeys (tenant_id, user_id, credential_id, public_key, aaguid, backup_eligible, backed_up, name)
    select tenant_id, id, '\\x01', '\\x02', '00000000-0000-0000-0000-000000000000', false, false, 'Desk key'
    from app.users where first_name = 'Edsger'`);
  await asSuperuser(`
    insert into app.sign_in_policies (tenant_id, reset_needs_two_admins, strength)
    select id, true, 'strong' from app.tenants`);
  const rows = await asSuperuser<{ id: string; first_name: string }>(
    "select id, first_name from app.users",
  );
  const idOf = (name: string) => rows.find(({ first_name }) => first_name === name)?.id ?? "";
  return { stage, browser, person, other, member, idOf };
});

describe.skipIf(!program.found)("ways back in", () => {
  const { page } = person ?? {};
  const { page: second } = other ?? {};
  const { page: theirs } = member ?? {};
  const glance = (step: string) => look(person, journey, step);

  test("nothing to do at first", async () => {
    await page.goto(`${stage.acme}/`);
    await page.getByRole("link", { name: "Recovery" }).first().click();
    await expectHeading(page, "Recovery");
    await page.getByText("Nothing to do").waitFor();
    await glance("01-nothing");
    await page.getByRole("link", { name: "Second steps" }).click();
    await page.getByText("Nothing decided yet").waitFor();
    await glance("02-no-history");
  }, 60_000);

  test("one administrator asks for a reset, the other agrees", async () => {
    await page.goto(`${stage.acme}/users/${idOf("Edsger")}`);
    await page.getByText("For somebody who lost the phone").waitFor();
    await glance("03-person");
    await page.getByRole("link", { name: "Reset second steps" }).click();
    await expectHeading(page, "Reset the second steps of Edsger Dijkstra");
    await glance("04-preview");
    await press(page, "Ask another administrator");
    await page.getByText("Another administrator must agree now").waitFor();
    await glance("05-own-request");

    const mail = await stage.mailbox.next(grace.email, "waits for an administrator");
    await second.goto(linkIn(mail));
    await second.getByRole("link", { name: /Edsger/ }).click();
    await expectHeading(second, "Reset the second steps of Edsger Dijkstra?");
    await look(other, journey, "06-approve");
    await press(second, "Reset second steps");
    await second.getByText("The second steps are reset").waitFor();
    await second.getByRole("link", { name: "Second steps" }).click();
    await second.getByText("Approved").waitFor();
    await look(other, journey, "07-history");
  }, 90_000);

  test("somebody deactivated asks to be let in again, and is", async () => {
    await page.goto(`${stage.acme}/users/${idOf("Edsger")}`);
    await press(page, "Deactivate");
    await page.locator("dialog[open]").getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("The person is deactivated").waitFor();
    await theirs.goto(`${stage.acme}/sign-in`);
    await typeAddressAndPassword(theirs, edsger);
    await expectHeading(theirs, "Your account is deactivated");
    await look(member, journey, "08-deactivated");
    await theirs.getByRole("link", { name: "Ask to be let in again" }).click();
    await press(theirs, "Send");
    await theirs.getByText("Say in a few words").waitFor();
    await look(member, journey, "09-ask-refused");
    await theirs.getByLabel("Why you need it").fill("I am back from leave.\nMy team needs me.");
    await press(theirs, "Send");
    await expectHeading(theirs, "Your request is with the administrators");
    await look(member, journey, "10-asked");

    await page.goto(`${stage.acme}/recovery`);
    await glance("11-to-do");
    await page.getByRole("link", { name: /Edsger/ }).click();
    await expectHeading(page, "Let Edsger Dijkstra in again?");
    await glance("12-request");
    await press(page, "Let them in");
    await page.getByText("The person can sign in again").waitFor();
    await page.getByRole("link", { name: "Reactivations" }).click();
    await page.getByText("Approved").waitFor();
    await glance("13-reactivations");
    await stage.mailbox.next(edsger.email, "is active again");
  }, 90_000);

  test("a limit is seen and released", async () => {
    await page.goto(`${stage.acme}/limits`);
    await glance("14-no-limits");
    for (let tries = 0; tries < 11; tries += 1) {
      await theirs.goto(`${stage.acme}/sign-in`);
      await typeAddressAndPassword(theirs, { ...edsger, password: "wrong" });
    }
    await page.reload();
    await page.getByText("Passwords tried for one account from one network").waitFor();
    await glance("15-limits");
    await page.goto(`${stage.acme}/users/${idOf("Edsger")}`);
    await page.getByText("This person is slowed down, after too many tries").waitFor();
    await glance("16-slowed-down");
    await press(page, "Release");
    await page.locator("dialog[open]").getByRole("button", { name: "Release" }).click();
    await page.getByText("The limits of this person are released").waitFor();
    await page.goto(`${stage.acme}/limits`);
    await page.getByText("No limit is reached").waitFor();
    expect(await page.getByText(edsger.email).count()).toBe(0);
  }, 90_000);
});
