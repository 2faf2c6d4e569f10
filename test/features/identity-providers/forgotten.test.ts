// A forgotten password of somebody who comes in by an identity provider, while that lets nobody in.
import { describe, expect, test } from "bun:test";
import { UserId } from "#src/ids.ts";
import { testApp } from "../../support/a-tenant.ts";
import { resetLink } from "../sign-in/support.ts";
import { anIdp, ok, signInBy } from "./support.ts";

const app = await testApp();

describe("who comes in by a provider", () => {
  test("gets no link to a new password while the provider is disabled, but whom to ask", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    const admin = await tenant.aUser({ role: "super_admin", email: `grace@${idp.domain}` });
    const other = await tenant.aUser({ email: `joan@${idp.domain}` });
    const [made] = await tenant.events("identity_provider.person_created");
    const id = UserId.parse(made?.data["userId"]);
    const ada = { ...other, id, email: `ada@${idp.domain}` };
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, { confirmed: true }));
    const pages: string[] = [];
    for (const { email } of [ada, other, { email: `nobody@${idp.domain}` }]) {
      const answer = await tenant.newBrowser().post("/forgotten-password", { email });
      pages.push(`${answer.status} ${(await answer.text()).replaceAll(email, "EMAIL")}`);
    }
    const shape = (page: string) => page.replaceAll(/nonce="[^"]+"/g, "");
    expect(new Set(pages.map(shape)).size).toBe(1);
    const mails = await tenant.mails();
    const to = (email: string) => mails.filter((mail) => mail.to === email);
    expect(to(ada.email).at(-1)?.text).toContain("Ask an administrator");
    expect(
      to(ada.email)
        .map(({ link }) => link)
        .join(),
    ).not.toContain("/reset-password/");
    expect(to(other.email).at(-1)?.link).toStartWith("/reset-password/");
    expect(await resetLink(tenant, admin)).toStartWith("/reset-password/");
    // Unlinked by an administrator they can have a password.
    await ok(
      tenant.api.delete(`/identity-providers/${idp.id}/people/${ada.id}`, { way: "password" }),
    );
    expect(await resetLink(tenant, ada)).toStartWith("/reset-password/");
  });
});
