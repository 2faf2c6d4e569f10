// Password managers and pasting are welcome (NIST SP 800-63B-4 §3.1.1.2): every password field says what it is for, a page that sets one
// names the account, and nothing keeps a pasted text out.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { resetLink } from "../sign-in/support.ts";

const world = await testApp();

/** The password fields of a page by name, each with its attributes. */
async function fieldsOf(answer: Response) {
  const fields = new Map<string, Record<string, string>>();
  const rewriter = new HTMLRewriter().on("input", {
    element(input) {
      fields.set(input.getAttribute("name") ?? "", Object.fromEntries(input.attributes));
    },
  });
  await rewriter.transform(answer).text();
  return fields;
}

describe("password fields", () => {
  test("of the change page: current, new, and whose", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const fields = await fieldsOf(await tenant.browser.get("/security/password"));
    expect(fields.get("currentPassword")).toMatchObject({
      type: "password",
      autocomplete: "current-password",
    });
    expect(fields.get("password")).toMatchObject({
      type: "password",
      autocomplete: "new-password",
      minlength: "15",
    });
    expect(fields.get("username")).toMatchObject({
      autocomplete: "username",
      value: tenant.me.email,
    });
  });

  test("of the sign-in: current, and whose", async () => {
    const tenant = await world.aTenant();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: "ada@example.com" });
    const fields = await fieldsOf(await browser.get("/sign-in/password"));
    expect(fields.get("password")).toMatchObject({
      type: "password",
      autocomplete: expect.stringMatching(/^current-password/),
    });
    expect(fields.get("username")).toMatchObject({ value: "ada@example.com" });
  });

  test("of a new password by a link: new, and whose, with the tenant's own length", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ password_min_length: 18 }).execute(),
    );
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const answer = await browser.get("/sign-in/new-password");
    const html = await answer.clone().text();
    expect(html).toContain("At least 18 characters");
    const fields = await fieldsOf(answer);
    expect(fields.get("password")).toMatchObject({
      type: "password",
      autocomplete: "new-password",
      minlength: "18",
    });
    expect(fields.get("username")).toMatchObject({ autocomplete: "username", value: user.email });
    const refused = await browser.post("/sign-in/new-password", { password: "zq8Kd0xW1zq8Kd0" });
    expect(await refused.text()).toContain("Use at least 18 characters");
  });

  test("have no upper bound of the browser's, and no script that stops pasting", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.get("/security/password");
    const html = await answer.clone().text();
    for (const [, field] of await fieldsOf(answer)) expect(field).not.toHaveProperty("maxlength");
    expect(html).not.toMatch(/onpaste|autocomplete="off"/);
  });
});
