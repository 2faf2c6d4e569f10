// Attack classes (src/protocols/saml/README.md) that only the assembled application can show.
import { describe, expect, test } from "bun:test";
import { headerProblems } from "../../http/support/answers.ts";
import { testApp } from "../../support/a-tenant.ts";
import { agree, anSp, authnRequest, received, signOn, waitingAt } from "./support.ts";

const app = await testApp();

test("S30 a post beyond what a request can be is refused before it is read, and leaves nothing", async () => {
  const tenant = await app.aTenant();
  const browser = tenant.newBrowser();
  const answer = await browser.post("/saml/idp/sso", { SAMLRequest: "A".repeat(600 * 1024) });
  expect(answer.status).toBe(413);
  expect(await tenant.events("sso.request_refused")).toEqual([]);
});

describe("I5 what a person or an administrator types", () => {
  const markup = `</saml:AttributeValue><b a="x" c='y'>&amp; ]]>`;

  test("I5 reaches an application as text, in names and in groups", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await tenant.browser.patch("/profile", { firstName: markup, lastName: "O’Neil" });
    await tenant.aGroup(markup, [tenant.me]);
    const sp = await anSp(tenant);
    const { attributes } = await signOn(tenant.browser, sp, authnRequest(app, sp));
    expect(attributes).toMatchObject({
      firstName: [markup],
      displayName: [`${markup} O’Neil`],
      groups: [markup],
    });
  });

  test("I5 is text on the consent page too", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await tenant.browser.patch("/profile", { firstName: "<script>alert(1)</script>" });
    const sp = await anSp(tenant, { name: "<img src=x>" });
    const path = await waitingAt(tenant.browser, authnRequest(app, sp));
    const page = await (await tenant.browser.get(path)).text();
    expect(page).not.toContain("<script>alert");
    expect(page).not.toContain("<img src=x>");
  });

  test("I5 an address cannot be chosen by the person whom it would name", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await tenant.browser.patch("/profile", { firstName: "A", email: "boss@example.com" });
    const sp = await anSp(tenant);
    const { nameId, attributes } = await signOn(tenant.browser, sp, authnRequest(app, sp));
    expect([nameId, attributes["email"]]).toEqual([tenant.me.email, [tenant.me.email]]);
  });
});

describe("I8 the page that hands over", () => {
  const relayState = `"><form action="https://evil.example"><input name="`;

  async function handedOver() {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant, { name: `Wiki"><base href="https://evil.example">` });
    const path = await waitingAt(tenant.browser, authnRequest(app, sp), { relayState });
    const asking = await tenant.browser.get(path);
    return { tenant, sp, path, asking, answer: await agree(tenant.browser, path) };
  }
  const policyOf = (answer: Response) => answer.headers.get("content-security-policy") ?? "";

  test("I8 is never cached or sniffed, and runs no script but ours", async () => {
    const { answer } = await handedOver();
    expect(headerProblems(answer)).toEqual([]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-type")).toStartWith("text/html");
    for (const rule of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policyOf(answer)).toContain(rule);
    expect(policyOf(answer)).toMatch(/script-src 'nonce-[\w-]{24}';/);
  });

  test("I8 alone may post elsewhere, and to https only", async () => {
    const { asking, answer } = await handedOver();
    expect(policyOf(answer)).toContain("form-action 'self' https:;");
    expect(policyOf(answer)).not.toContain("http:;");
    expect(policyOf(asking)).toContain("form-action 'self';");
  });

  test("I8 holds one form, to the registered address, with every value as text", async () => {
    const { answer, sp } = await handedOver();
    const page = await answer.clone().text();
    expect(page.match(/<form/g)).toHaveLength(1);
    expect(page).not.toContain('"https://evil.example"');
    expect(await received(answer, sp)).toMatchObject({ acsUrl: sp.acsUrl, relayState });
  });
});
