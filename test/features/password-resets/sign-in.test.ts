// A password that must be replaced, at the sign-in: the true reason, no way around, and nothing else is in the way.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { throughPassword } from "../sign-in/support.ts";

const world = await testApp();
const another = "juniper anvil marble kettle";

describe("signing in with a password that must be replaced", () => {
  test.each([
    ["admin", "administrator"],
    ["breach", "stolen"],
    ["policy", "less than"],
  ] as const)("because of %s says so, and goes on with the new one", async (cause, says) => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    if (cause === "admin") await tenant.api.put(`/users/${user.id}/password-reset-requirement`);
    else
      await tenant.tenant.write((db) =>
        db
          .updateTable("users")
          .set({ password_reset_cause: cause })
          .where("id", "=", user.id)
          .execute(),
      );
    const browser = tenant.newBrowser();
    const answer = await throughPassword(browser, user.email);
    expect(answer.headers.get("location")).toBe("/sign-in/new-password");
    const page = await (await browser.get("/sign-in/new-password")).text();
    expect(page.replaceAll(/<[^>]+>/g, " ")).toContain(says);
    const same = await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(same.status).toBe(422);
    const chosen = await browser.post("/sign-in/new-password", { password: another });
    expect(chosen.headers.get("location")).toBe("/sign-in/code");
    const { cause: left } = (await (
      await tenant.api.get(`/users/${user.id}/password-reset-requirement`)
    ).json()) as { cause: string | null };
    expect(left).toBeNull();
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(422);
  });
});
