// Whom a change itself keeps out, and, apart from them, who cannot sign in by the settings in force either.
import { describe, expect, test } from "bun:test";
import type { Policy } from "#features/policy/index.ts";
import type { Trial } from "#features/settings/schema.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anIdp, type Idp, makeDefault, ok, signInBy } from "../identity-providers/support.ts";
import { setPolicy } from "../sign-in/support.ts";
import { aTrial, path, withPasskey, withTotp } from "./support.ts";

const world = await testApp();
const { clock } = world;

const of = ({ id }: Pick<Trial, "id">) => `${path}/trials/${id}`;
const namesOf = (people: readonly { lastName: string }[]) => people.map(({ lastName }) => lastName);

const asDefault = ({ id }: Pick<Idp, "id">) => ({ defaultIdentityProviderId: id as never });

/** Who is listed, by the change or already. */
async function listed({ api }: TestTenant, trial: Trial, query = ""): Promise<string[]> {
  const answer = await api.get(`${of(trial)}/people${query}`);
  return namesOf(((await answer.json()) as { items: { lastName: string }[] }).items);
}

const pageOf = async ({ browser }: TestTenant) => (await browser.get(path)).text();

async function asked({ tenant }: TestTenant, { id }: TestUser, daysAgo: number): Promise<void> {
  const at = new Date(clock.now().getTime() - daysAgo * 86_400_000);
  await tenant.write((db) =>
    db.updateTable("users").set({ strength_asked_at: at }).where("id", "=", id).execute(),
  );
}

/** A tenant whose super administrator has a passkey; an app, a key and a mailbox alone are the others’. */
async function anOrganisation(policy: Partial<Policy> = {}) {
  const tenant = await world.aTenant({ signedInAs: "super_admin" });
  await withPasskey(tenant, tenant.me);
  const [app, key, mail] = [
    await tenant.aUser({ lastName: "App" }),
    await tenant.aUser({ lastName: "Key" }),
    await tenant.aUser({ lastName: "Mail" }),
  ];
  await withTotp(tenant, app);
  await withPasskey(tenant, key);
  await setPolicy(tenant, {
    strength: policy.strength ?? "baseline",
    grace_days: policy.graceDays ?? 7,
  });
  return { tenant, app, mail };
}

describe("people whom a change keeps out", () => {
  test("are counted and named apart from those who fall short already", async () => {
    const { tenant } = await anOrganisation({ strength: "strong" });
    const trial = await aTrial(tenant, { strength: "phishing_resistant" });
    expect(trial.affected).toMatchObject({ count: 1, alreadyCount: 1, superAdminsLeft: 1 });
    expect(namesOf(trial.affected.people)).toEqual(["App"]);
    expect(await listed(tenant, trial)).toEqual(["App"]);
    expect(await listed(tenant, trial, "?already=true")).toEqual(["Mail"]);
    const page = await pageOf(tenant);
    expect(page).toContain("1 person could no longer sign in with what they have now:");
    expect(page).toContain(
      "Apart from that, 1 person falls short of the settings in force already, change or not.",
    );
    const link = `${of(trial)}/people?already=true`;
    expect(page).toContain(`href="${link}"`);
    const already = await (await tenant.browser.get(link)).text();
    expect(already).toContain("<h1>People who fall short already</h1>");
    expect(already).toContain("Mail");
    await ok(tenant.api.put(`${of(trial)}/application`, { withoutTest: true }));
    const applied = await pageOf(tenant);
    expect(applied).toContain("1 person can no longer sign in with what they have now:");
    expect(applied).toContain(
      "1 person falls short of the earlier settings as well, change or not.",
    );
    expect(await tenant.events("sign_in_policy.trial_applied")).toMatchObject([
      { data: { affectedCount: 1, alreadyCount: 1 } },
    ]);
  });

  test("are nobody where only the mailbox is to be confirmed, whoever lacks a strong step", async () => {
    const { tenant } = await anOrganisation({ strength: "strong" });
    const trial = await aTrial(tenant, { emailProofFirst: true });
    expect(trial.affected).toMatchObject({ count: 0, alreadyCount: 1, people: [] });
    const page = await pageOf(tenant);
    expect(page).toContain("The change itself keeps nobody out.");
    expect(page).toContain("People whom our mail does not reach are not counted");
    expect(page).toContain("Apart from that, 1 person");
    expect(page).not.toContain("no longer sign in");
    expect(page).not.toContain("Everybody could sign in");
  });

  test("are nobody, and nobody falls short: nothing is said of it", async () => {
    const { tenant } = await anOrganisation();
    const trial = await aTrial(tenant, { emailProofFirst: true });
    expect(trial.affected).toMatchObject({ count: 0, alreadyCount: 0 });
    const page = await pageOf(tenant);
    expect(page).toContain("Everybody could sign in with what they have now.");
    expect(page).not.toContain("Apart from that");
  });

  test("are not those of whom their group asks as much already", async () => {
    const { tenant, mail, app } = await anOrganisation();
    const group = await tenant.aGroup("Operators", [mail, app]);
    await ok(tenant.api.patch(`/groups/${group.id}`, { strength: "strong", confirmed: true }));
    await tenant.aUser({ lastName: "Other" });
    const trial = await aTrial(tenant, { strength: "strong" });
    expect(trial.affected).toMatchObject({ count: 1, alreadyCount: 1 });
    expect(namesOf(trial.affected.people)).toEqual(["Other"]);
  });

  test("are also those who have less time to set up what they lack, unless their time was up", async () => {
    const { tenant } = await anOrganisation({ strength: "strong", graceDays: 7 });
    const [late, over] = [
      await tenant.aUser({ lastName: "Late" }),
      await tenant.aUser({ lastName: "Over" }),
    ];
    await asked(tenant, late, 5);
    await asked(tenant, over, 8);
    const less = await aTrial(tenant, { graceDays: 3 });
    expect(less.affected).toMatchObject({ count: 2, alreadyCount: 1 });
    expect(await listed(tenant, less)).toEqual(["Late", "Mail"]);
    expect(await listed(tenant, less, "?already=true")).toEqual(["Over"]);
    await ok(tenant.api.delete(of(less)));
    const more = await aTrial(tenant, { graceDays: 30, emailProofFirst: true });
    expect(more.affected).toMatchObject({ count: 0, alreadyCount: 3 });
  });

  test("are those who lose their way in, not those who have none already or would get one", async () => {
    const { tenant } = await anOrganisation();
    const [idp, other] = [await anIdp(tenant, { domain: null }), await anIdp(tenant)];
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    await makeDefault(tenant, idp);
    const ada = "ada@elsewhere.example";
    await signInBy(world, tenant.newBrowser(), idp, { typed: ada, email: ada });
    const away = await aTrial(tenant, { defaultIdentityProviderId: null });
    expect(away.affected).toMatchObject({ count: 1, alreadyCount: 0, people: [{ email: ada }] });
    const people = await (await tenant.browser.get(`${of(away)}/people`)).text();
    expect(people).toContain("No way in");
    // No second step would help.
    expect(people).toContain("Nothing to set up");
    expect(people).not.toContain("of the next sign-in");
    await ok(tenant.api.delete(of(away)));

    await setPolicy(tenant, { strength: "baseline" });
    const still = await aTrial(tenant, { ...asDefault(other) });
    expect(still.affected).toMatchObject({ count: 0, alreadyCount: 1 });
    await ok(tenant.api.delete(of(still)));
    // Two fields at once: without a way in nobody is helped or harmed by a second step.
    const both = await aTrial(tenant, { strength: "strong", emailProofFirst: true });
    expect(both.affected).toMatchObject({ count: 1, alreadyCount: 1 });
    expect(namesOf(both.affected.people)).toEqual(["Mail"]);
    await ok(tenant.api.delete(of(both)));
    const back = await aTrial(tenant, { ...asDefault(idp) });
    expect(back.affected).toMatchObject({ count: 0, alreadyCount: 0 });
  });

  test("are warned about where no super administrator could sign in, change or not", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await setPolicy(tenant, { strength: "strong", grace_days: 7 });
    const trial = await aTrial(tenant, { emailProofFirst: true });
    expect(trial.affected).toMatchObject({ count: 0, alreadyCount: 1, superAdminsLeft: 0 });
    expect(await pageOf(tenant)).toContain("No super administrator could sign in");
  });

  test("are each tenant's own, in either list", async () => {
    const [{ tenant }, { tenant: theirs }] = [
      await anOrganisation(),
      await anOrganisation({ strength: "strong" }),
    ];
    const trial = await aTrial(theirs, { emailProofFirst: true });
    expect((await tenant.api.get(`${of(trial)}/people?already=true`)).status).toBe(404);
    expect((await aTrial(tenant, { emailProofFirst: true })).affected.alreadyCount).toBe(0);
  });
});
