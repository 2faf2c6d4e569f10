// The federation settings, clicked through as a super administrator does: nothing to do, saved, keys that come to their end, one switched.
import { describe, expect, test } from "bun:test";
import { descriptor, acs } from "../protocols/saml/support/sp-metadata.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, press } from "./support/people.ts";
import { scriptOf } from "./support/script.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "pages-federation";

const { stage, person, script } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const script = await scriptOf(stage);
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, person, script };
});

describe.skipIf(!program.found)("the federation settings", () => {
  const { page } = person ?? {};
  const glance = (step: string) => look(person, journey, step);

  test("are found in the navigation, and saved together", async () => {
    await page.getByRole("link", { name: "Federation settings" }).click();
    await expectHeading(page, "Federation settings");
    await page.getByText("No certificate ends soon").waitFor();
    await glance("01-empty");
    await page.getByLabel("No groups").check();
    await page.getByLabel("Lifetime of new certificates").selectOption("2 years");
    await press(page, "Save settings");
    await page.getByText("Settings saved").waitFor();
    expect(await page.getByLabel("No groups").isChecked()).toBe(true);
  }, 60_000);

  test("list certificates that end soon, and lead to where their keys are switched", async () => {
    for (const name of ["Wiki", "Payroll of the northern branch office"]) {
      const host = `https://${name.split(" ")[0]?.toLowerCase()}.example.org`;
      const metadataXml = descriptor(acs(`Location="${host}/acs" index="0"`), { id: host });
      const { id } = await script.register({ name, metadataXml });
      if (name === "Wiki") await script.call("POST", `/applications/${id}/keys`);
    }
    await script.call("POST", "/identity-providers", { name: "Okta", preset: "okta" });
    await stage.database.asSuperuser(`
      update app.saml_keys as k set expires_at = now() + case when a.name = 'Wiki' then interval '-1 day' else interval '30 days' end
      from app.applications as a where a.id = k.application_id and k.state = 'active'`);
    await stage.database.asSuperuser(
      "update app.identity_provider_keys set expires_at = now() + interval '60 days'",
    );
    await page.reload();
    await page.getByText("Not prepared yet").first().waitFor();
    await glance("02-ending");
    await page.getByRole("link", { name: "Wiki", exact: true }).click();
    await page.getByText("We go on signing with it").waitFor();
    await glance("03-application");
    await page.getByLabel("All groups of the person").check();
    await press(page, "Save groups");
    await page.getByText("Changes saved").waitFor();
    expect(await page.getByLabel("All groups of the person").isChecked()).toBe(true);
    await page.goto(new URL("/identity-providers", page.url()).href);
    await page.getByRole("link", { name: "Okta", exact: true }).click();
    await page.getByText("The next key is prepared by itself").waitFor();
    await glance("04-provider");
  }, 60_000);
});
