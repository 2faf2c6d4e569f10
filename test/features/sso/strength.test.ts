// An application that asks for more: a session worth less is stepped up, never let in.
import { describe, expect, test } from "bun:test";
import { startSession } from "#features/sessions/index.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { agree, anSp, authnRequest, received, type Sp, waitingAt } from "./support.ts";

const app = await testApp();

async function asking(strength: "strong" | "phishing_resistant" | null) {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant);
  await tenant.api.patch(`/applications/${sp.application.id}`, { strength });
  return { tenant, sp };
}

/** A session of this tenant's person, proved now in this way. */
async function provedBy({ tenant, me }: TestTenant, browser: Browser, methods: readonly string[]) {
  app.clock.advance({ seconds: 1 });
  const origin = { requestId: "test", ip: browser.ip, userAgent: browser.userAgent };
  const actor = { kind: "visitor" as const, userId: me.id, origin };
  const { token } = await tenant.write((db) =>
    startSession(db, actor, { userId: me.id, methods, origin, now: app.clock.now() }),
  );
  browser.cookies.set("__Host-session", { value: token, header: "" });
}

const waiting = ({ browser }: TestTenant, sp: Sp, attributes = "") =>
  waitingAt(browser, authnRequest(app, sp, { attributes }));
const issued = (tenant: TestTenant) => tenant.events("sso.assertion_issued");

describe("a session worth less than the application asks for", () => {
  test("signs in anew with the request kept; with the stronger step it gets in", async () => {
    const { tenant, sp } = await asking("strong");
    app.clock.advance({ seconds: 1 });
    const path = await waiting(tenant, sp);
    const sent = await tenant.browser.get(path);
    expect(sent.status).toBe(303);
    expect(sent.headers.get("location")).toBe(
      `/sign-in?reauthenticate=1&return_to=${encodeURIComponent(path)}`,
    );
    await provedBy(tenant, tenant.browser, ["password", "totp"]);
    const message = await received(await agree(tenant.browser, path), sp);
    expect(message.status).toBe("Success");
    expect(await issued(tenant)).toHaveLength(1);
  });

  test("is told what is missing when a new sign-in is worth no more, and not sent in a circle", async () => {
    const { tenant, sp } = await asking("phishing_resistant");
    const path = await waiting(tenant, sp);
    for (const methods of [
      ["password", "email_code"],
      ["password", "totp"],
      ["password", "remembered_device"],
    ]) {
      await provedBy(tenant, tenant.browser, methods);
      const page = await (await tenant.browser.get(path)).text();
      expect(page).toContain("Wiki asks for another sign-in");
      expect(page).toContain("Second step asked for: Phishing-resistant");
      expect(page).toContain("The least that will do: Passkey");
      expect(page).toContain('href="/security"');
    }
    expect(await issued(tenant)).toEqual([]);
    await provedBy(tenant, tenant.browser, ["passkey"]);
    expect((await received(await agree(tenant.browser, path), sp)).status).toBe("Success");
  });

  test("is refused at the button, too, when the application asks for more meanwhile", async () => {
    const { tenant, sp } = await asking(null);
    const path = await waiting(tenant, sp);
    expect(await (await tenant.browser.get(path)).text()).toContain('value="continue"');
    await tenant.api.patch(`/applications/${sp.application.id}`, { strength: "strong" });
    const answer = await tenant.browser.post(`${path}/consent`, { choice: "continue" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    expect(await issued(tenant)).toEqual([]);
  });

  test("gets NoPassive where no page may be shown", async () => {
    const { tenant, sp } = await asking("strong");
    const path = await waiting(tenant, sp, 'IsPassive="true"');
    const message = await received(await tenant.browser.get(path), sp);
    expect(message.status).toBe("Responder NoPassive");
    expect(await issued(tenant)).toEqual([]);
  });
});

test("the other applications go on taking what the tenant asks", async () => {
  const { tenant } = await asking("phishing_resistant");
  const other = await anSp(tenant, { name: "Notes" });
  const path = await waiting(tenant, other);
  expect((await received(await agree(tenant.browser, path), other)).status).toBe("Success");
});
