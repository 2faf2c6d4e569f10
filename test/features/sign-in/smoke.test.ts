import { expect, test } from "bun:test";
import { testApp, goodPassword } from "../../support/a-tenant.ts";
const { aTenant } = await testApp();
test("signs in", async () => {
  const t = await aTenant();
  const user = await t.aUser();
  const b = t.newBrowser();
  console.log((await b.get("/sign-in")).status);
  let r = await b.post("/sign-in", { email: user.email, return_to: "/" });
  console.log(r.status, r.headers.get("location"), b.cookies);
  r = await b.post("/sign-in/password", { password: goodPassword });
  console.log(r.status, r.headers.get("location"), r.status >= 400 ? await r.text() : "");
  const [mail] = await t.mails();
  console.log(mail?.text);
  r = await b.post("/sign-in/code", { code: mail!.code });
  console.log(r.status, r.headers.get("location"), b.cookies);
  console.log(await t.events());
  expect(1).toBe(1);
});
