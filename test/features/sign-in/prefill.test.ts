// A link to the sign-in page may name an address: it stands in the field, and what is none is nowhere on the page.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { anIdp } from "../identity-providers/support.ts";

const app = await testApp();
const pageAt = async (email: string) => {
  const tenant = await app.aTenant();
  const sent = await tenant.newBrowser().get(`/sign-in?email=${encodeURIComponent(email)}`);
  return { status: sent.status, page: await sent.text() };
};
const fieldOf = (page: string) => /<input[^>]* name="email"[^>]*>/.exec(page)?.[0] ?? "no field";

describe("GET /sign-in?email=", () => {
  test("fills the field, and keeps the rest of the link", async () => {
    const { status, page } = await pageAt(" Ada@Acme.example ");
    expect([status, fieldOf(page)]).toEqual([
      200,
      expect.stringContaining('value="ada@acme.example"'),
    ]);
    const tenant = await app.aTenant();
    await anIdp(tenant);
    const sent = await tenant
      .newBrowser()
      .get("/sign-in?email=ada%40acme.example&return_to=%2Fprofile");
    const text = await sent.text();
    expect(text).toContain('value="/profile"');
    expect(text).toMatch(/href="\/sign-in\?[^"]*email=ada%40acme\.example[^"]*local=1"/);
  });

  test.each([
    "call 555 0100 now",
    "your account is locked@call 555 0100",
    "<b>x</b>@y",
    `${"a".repeat(320)}@x`,
    "",
  ])("%j is nowhere on the page", async (email) => {
    const { status, page } = await pageAt(email);
    expect(status).toBe(200);
    expect(fieldOf(page)).not.toContain("value=");
    for (const part of ["555", "locked", "&lt;b&gt;", "aaaaaaaa"]) expect(page).not.toContain(part);
  });

  test("tells nothing of anybody: the page is the same for an address that is somebody's", async () => {
    const tenant = await app.aTenant();
    const user = await tenant.aUser({ email: "ada@acme.example" });
    const at = async (email: string) => {
      const sent = await tenant.newBrowser().get(`/sign-in?email=${email}`);
      const nonce = /'nonce-([^']+)'/.exec(sent.headers.get("content-security-policy") ?? "")?.[1];
      return (await sent.text()).replaceAll(nonce ?? "none", "N").replaceAll(email, "EMAIL");
    };
    expect(await at(user.email)).toBe(await at("eve@acme.example"));
  });

  test("with a character that nobody can store is refused, and not shown", async () => {
    const { status, page } = await pageAt("locked@b.example\u0000");
    expect([status, page.includes("locked")]).toEqual([422, false]);
  });
});
