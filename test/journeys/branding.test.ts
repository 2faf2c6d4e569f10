// An organisation gives the pages its own face: logo and colour, seen by the one who chooses them and by whoever signs in next.
import { describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../peers/ending.ts";
import { aPng } from "../support/pictures.ts";
import { launch, prepare, program, visitor } from "./support/browser.ts";
import { look } from "./support/look.ts";
import { acceptInvitation, expectHeading, press } from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";

const journey = "branding";

const { stage, browser, person, folder } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const folder = await mkdtemp(join(tmpdir(), "weft-logo-"));
  atEnd(() => rm(folder, { recursive: true }));
  await Bun.write(join(folder, "logo.png"), aPng({ width: 640, height: 200 }, [124, 58, 237, 255]));
  await Bun.write(join(folder, "logo.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  const person = await visitor(browser);
  await acceptInvitation(person.page, stage.mailbox, ada, { subject: "Set up Acme" });
  return { stage, browser, person, folder };
});

describe.skipIf(!program.found)("branding", () => {
  const { page } = person ?? {};
  const file = (name: string) => join(folder, name);
  const colourOf = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((one) => getComputedStyle(one).backgroundColor);

  test("is found in the navigation; a colour is previewed while it is chosen", async () => {
    await page.getByRole("link", { name: "Branding" }).first().click();
    await expectHeading(page, "Branding");
    await look(person, journey, "01-empty");
    await page.getByText("Your own", { exact: true }).click();
    await page.getByLabel("Your colour").fill("#ffe066");
    await page.getByText("has a contrast of 1.3 : 1").waitFor();
    await page.waitForFunction(
      () =>
        getComputedStyle(document.querySelector(".accent-preview .button") ?? document.body)
          .backgroundColor !== "rgb(13, 92, 115)",
    );
    await look(person, journey, "02-preview");
  }, 60_000);

  test("a file that is no picture is refused where it was chosen, and the colour stays", async () => {
    await page.getByLabel(/^New logo/).setInputFiles(file("logo.svg"));
    await press(page, "Save branding");
    await page.getByText("SVG files can carry programs").first().waitFor();
    expect(await page.getByLabel("Your colour").inputValue()).toBe("#ffe066");
    await look(person, journey, "03-refused");
  }, 60_000);

  test("is saved, and seen on every page at once", async () => {
    await page.getByLabel("Your colour").fill("#7c3aed");
    await page.getByLabel(/^New logo/).setInputFiles(file("logo.png"));
    await press(page, "Save branding");
    await page.getByText("Branding saved").waitFor();
    await page.locator("img.mark").first().waitFor();
    expect(await colourOf("main .button[data-kind=primary]")).toBe("rgb(124, 58, 237)");
    await look(person, journey, "04-saved");
    await page.goto(`${stage.acme}/users`);
    await look(person, journey, "05-users");
  }, 60_000);

  test("is what somebody sees who signs in, without script too, and in the message they get", async () => {
    const stranger = await visitor(browser);
    await stranger.page.goto(`${stage.acme}/sign-in`);
    await stranger.page.locator("img.mark").waitFor();
    await look(stranger, journey, "06-sign-in");
    const plain = await visitor(browser, { javaScript: false });
    await plain.page.goto(`${stage.acme}/forgotten-password`);
    await plain.page.getByLabel("E-mail address").fill(ada.email);
    await plain.page.locator("form button[type=submit]").click();
    const mail = await stage.mailbox.next(ada.email, "password");
    expect(mail.html).toContain('<img class="logo" src="data:image/png;base64,');
    await Bun.write(file("mail.html"), mail.html);
    const reader = await visitor(browser);
    await reader.page.setContent((await readFile(file("mail.html"))).toString());
    await reader.page.screenshot({
      path: join(import.meta.dir, "../../.artifacts/screenshots/branding/07-mail.png"),
    });
    await reader.page.emulateMedia({ colorScheme: "dark" });
    await reader.page.screenshot({
      path: join(import.meta.dir, "../../.artifacts/screenshots/branding/07-mail-dark.png"),
    });
  }, 60_000);

  test("is taken back after a question", async () => {
    await page.goto(`${stage.acme}/branding`);
    await press(page, "Back to standard");
    await look(person, journey, "08-question");
    await page.getByRole("dialog").getByRole("button", { name: "Back to standard" }).click();
    await page.getByText("look like WeftID’s own again").first().waitFor();
    expect(await page.locator("img.mark").count()).toBe(0);
    await page.goto(`${stage.acme}/branding/reset`);
    await look(person, journey, "09-question-page");
  }, 60_000);
});
