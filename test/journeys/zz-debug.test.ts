import { expect, test } from "bun:test";
import { startExpressSp } from "../peers/express-sp.ts";
import { launch, prepare, visitor } from "./support/browser.ts";
import { acceptInvitation, press } from "./support/people.ts";
import { ada, startStage } from "./support/stage.ts";
const { stage, sp, founder } = await prepare(async () => {
  const [stage, browser] = await Promise.all([startStage(), launch()]);
  const sp = await startExpressSp(stage.front, "app.example.org", [
    { name: "notes", title: "Notes", signsRequests: true, takesUnasked: false, nameIdFormat: null },
    { name: "wiki", title: "Wiki", signsRequests: false, takesUnasked: false, nameIdFormat: null },
  ]);
  return { stage, sp, founder: await visitor(browser) };
});
test("x", async () => {
  const { page } = founder;
  await acceptInvitation(page, stage.mailbox, ada, { subject: "Set up Acme" });
  for (const name of ["notes", "wiki"]) {
    await page.goto(`${stage.acme}/applications/new`);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("textbox", { name: "Metadata address" }).fill(sp.metadataUrl(name));
    await page.getByLabel("Everyone in").check();
    await press(page, "Register application");
    const metadataUrl = await page.getByRole("textbox", { name: "Metadata URL" }).inputValue();
    await sp.configure(name, { metadataUrl, via: stage.port });
  }
  for (const p of ["notes/login","notes/login-post","wiki/login","wiki/login-post"]) {
    await page.goto(`${sp.origin}/${p}?relay=abc`);
    await Bun.sleep(1500);
    console.log(p, page.url(), (await page.locator("body").innerText()).slice(0, 400));
    await page.screenshot({path:`/tmp/journeys/${p.replace("/","-")}.png`});
  }
  console.log(await stage.database.asSuperuser("select name, data from app.audit_events where name like 'sso%'").catch(e=>e.message));
}, 60000);
