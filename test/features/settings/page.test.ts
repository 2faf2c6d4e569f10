// The page of the settings while a change is on trial: what it says is true for whoever looks, and its ways out are open.
import { describe, expect, test } from "bun:test";
import { defaultPolicy } from "#features/policy/index.ts";
import type { Trial } from "#features/settings/schema.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { anIdp } from "../identity-providers/support.ts";
import { aTrial, form, path, put, settingsOf } from "./support.ts";

const world = await testApp();
const { clock } = world;

const of = ({ id }: Pick<Trial, "id">) => `${path}/trials/${id}`;
const pageOf = async ({ browser }: Pick<TestTenant, "browser">) => (await browser.get(path)).text();

/** Opens a trial by the page's form. */
async function byHand(tenant: TestTenant, change: Parameters<typeof form>[0]): Promise<Trial> {
  const version = String((await settingsOf(tenant)).version);
  expect((await tenant.browser.put(path, form({ version, ...change }))).status).toBe(303);
  const { trial } = await settingsOf(tenant);
  if (trial === null) throw new Error("no trial");
  return trial;
}

describe("a change in force on trial", () => {
  test("is taken back from its page without proof anew, which its settings may make impossible", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    clock.advance({ minutes: 9 });
    const toProof = `/step-up?return_to=${encodeURIComponent(path)}`;
    expect((await tenant.browser.get(path)).headers.get("location")).toBe(toProof);
    const trial = await aTrial(tenant);
    expect((await tenant.browser.get(path)).headers.get("location")).toBe(toProof);
    await tenant.api.put(`${of(trial)}/application`, { withoutTest: true });
    clock.advance({ minutes: 5 });
    const answer = await tenant.browser.get(path);
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain("Go back now");
    expect(page).not.toContain('name="passwordMinLength"');
    expect((await tenant.browser.put(`${of(trial)}/confirmation`)).status).toBe(403);
    expect((await tenant.browser.delete(of(trial))).status).toBe(303);
    expect((await settingsOf(tenant)).strength).toBe("baseline");
    // And then the form is there again, which asks for proof.
    expect((await tenant.browser.get(path)).headers.get("location")).toBe(toProof);
  });

  test("that ran out while its page was open says so above the settings", async () => {
    const tenant = await world.aTenant();
    const trial = await aTrial(tenant);
    await tenant.api.put(`${of(trial)}/application`, { withoutTest: true });
    clock.advance({ minutes: 5 });
    const late = await tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
    expect(await pageOf({ browser: late })).toContain("Keep these settings");
    clock.advance({ minutes: 5 });
    const refused = await late.put(`${of(trial)}/confirmation`);
    expect(refused.status).toBe(409);
    const page = await refused.text();
    const said = page.indexOf("This trial is over: its settings were taken back");
    expect(said).toBeGreaterThan(0);
    expect(said).toBeLessThan(page.indexOf('name="passwordMinLength"'));
    expect((await late.delete(of(trial))).status).toBe(303);
  });
});

describe("a change that waits for its trial", () => {
  test("is tested by whoever proposed it: others are told whose sign-in counts", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const other = await tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
    const trial = await byHand(tenant, { strength: "strong" });
    const link = `/sign-in?trial=${trial.id}`;
    expect(await pageOf(tenant)).toContain(link);
    const theirs = await pageOf({ browser: other });
    const { firstName, lastName } = tenant.me;
    expect(theirs).toContain(`Only ${firstName} ${lastName} can test this change`);
    expect(theirs).not.toContain(link);
    await tenant.api.delete(of(trial));

    const script = await aTrial(tenant);
    const page = await pageOf(tenant);
    expect(page).toContain("An API client proposed this change");
    expect(page).not.toContain(`/sign-in?trial=${script.id}`);
  });

  test("is not applied by a tick that was meant for the one before it", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const first = await byHand(tenant, { strength: "strong" });
    await tenant.api.delete(of(first));
    const second = await byHand(tenant, { strength: "phishing_resistant" });
    const late = await tenant.browser.put(`${of(first)}/application`, {
      withoutTest: "on",
      trial: first.id,
    });
    expect(late.status).toBe(409);
    const page = await late.text();
    expect(page).toContain("This trial is over: it was dropped, and its settings never held");
    expect(page).toContain(`${of(second)}/application`);
    const box = () => /<input[^>]*name="withoutTest"[^>]*>/.exec(page)?.[0] ?? "";
    expect(box()).not.toContain("checked");
    // For want of proof the tick is kept: it is about the same one.
    clock.advance({ minutes: 11 });
    const stale = await tenant.browser.put(`${of(second)}/application`, {
      withoutTest: "on",
      trial: second.id,
    });
    expect(stale.status).toBe(403);
    expect(/<input[^>]*name="withoutTest"[^>]*>/.exec(await stale.text())?.[0]).toContain(
      "checked",
    );
  });

  test("of two fields is tested by going through one of the two", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await byHand(tenant, { emailProofFirst: "on", defaultIdentityProviderId: idp.id });
    const page = await pageOf(tenant);
    expect(page).toContain("was given, or when you come in by the proposed default");
    expect(page).not.toContain("counts when you come in");
    expect(page).toContain("Confirm the mailbox first: No → Yes");
    expect(page).toContain("Default identity provider: None");
  });

  test("says that it can keep people out only where it can", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await aTrial(tenant, { keepSignedIn: false });
    const page = await pageOf(tenant);
    expect(page).toContain("It was proposed to be tried first, so nothing has changed yet.");
    expect(page).not.toContain("It can keep people out");
  });

  test("was applied by another meanwhile: nothing claims ten more minutes", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await byHand(tenant, { strength: "strong" });
    await tenant.api.put(`${of(trial)}/application`, { withoutTest: true });
    clock.advance({ minutes: 4 });
    const again = { follow: true } as const;
    const answer = await tenant.browser.put(
      `${of(trial)}/application`,
      { withoutTest: "on" },
      again,
    );
    const page = await answer.text();
    expect(page).toContain("The settings are in force on trial");
    expect(page).toContain("in less than 6 minutes");
    expect(page).not.toContain("for 10 minutes");
    expect((await put(tenant, { keepSignedIn: !defaultPolicy.keepSignedIn })).status).toBe(409);
  });
});
