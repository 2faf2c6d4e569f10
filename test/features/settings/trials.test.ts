// Changes that can keep people out: proposed, tested, applied for ten minutes, kept or taken back.
import { describe, expect, test } from "bun:test";
import { defaultPolicy, findPolicy } from "#features/policy/index.ts";
import { countAffected, listAffected } from "#features/settings/affected.ts";
import { endTrial } from "#features/settings/jobs.ts";
import type { Trial } from "#features/settings/schema.ts";
import { IdentityProviderId } from "#src/ids.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { planOf, statementsOf } from "../../support/statements.ts";
import {
  aTrial,
  form,
  markTested,
  path,
  put,
  settingsOf,
  withPasskey,
  withTotp,
} from "./support.ts";

const world = await testApp();
const { clock } = world;

const inForce = ({ tenant }: TestTenant) => tenant.read((db) => findPolicy(db, clock.now()));
const of = ({ id }: Pick<Trial, "id">) => `${path}/trials/${id}`;
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
const trialEvents = async (tenant: TestTenant) =>
  (await tenant.events()).map(({ name }) => name).filter((name) => name.includes("trial"));

/** Applied without a test, at the present instant. */
async function applied(tenant: TestTenant, change?: Parameters<typeof aTrial>[1]): Promise<Trial> {
  const trial = await aTrial(tenant, change);
  const answer = await tenant.api.put(`${of(trial)}/application`, { withoutTest: true });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Trial;
}

/** A browser of somebody who signs in now. */
async function signedInNow(tenant: TestTenant) {
  clock.advance({ seconds: 1 });
  return tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
}

const runEndOf = async (tenant: TestTenant, { id: trialId }: Trial) => {
  await tenant.tenant.write((db) => endTrial.with({ trialId }).enqueue(db));
  await world.runJobs();
};

describe("a change that can keep people out", () => {
  test("is not saved: a script is told to open a trial, the page opens one", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const refused = await put(tenant, { strength: "strong", keepSignedIn: false });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "settings.trial_needed",
      fields: ["strength"],
    });
    const { keepSignedIn: _, ...typed } = form({ strength: "strong" });
    const saved = await tenant.browser.put(path, typed, { follow: true });
    const page = await saved.text();
    expect(page).toContain("A change waits for its trial");
    expect(page).toContain("Second step: Any → Strong");
    expect(page).toContain("People may stay signed in: Yes → No");
    expect(await inForce(tenant)).toEqual(defaultPolicy);
    expect(await trialEvents(tenant)).toEqual(["sign_in_policy.trial_opened"]);
    const { trial } = await settingsOf(tenant);
    // Whoever tries it comes back to where it is applied.
    expect(page).toContain(
      `href="/sign-in?trial=${trial?.id}&amp;return_to=%2Fsettings%2Fsign-in" target="_blank" rel="noopener"`,
    );
  });

  test("stands in the way of another change, with what was typed kept", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await aTrial(tenant);
    const other = await put(tenant, { passwordMinLength: 16 });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: "settings.trial_open", trialId: trial.id });
    const page = await (await tenant.browser.put(path, form({ passwordMinLength: "17" }))).text();
    expect(page).toContain("Another change is being tried");
    expect(page).toContain('value="17" selected');
    expect(page).toContain(of(trial));
    const second = await tenant.api.post(`${path}/trials`, {
      ...defaultPolicy,
      graceDays: 0,
      version: 0,
    });
    expect(await codeOf(second)).toBe("settings.trial_open");
  });

  test("only one of several opens a trial at the same moment", async () => {
    const tenant = await world.aTenant();
    const answers = await Promise.all(
      [1, 2, 3].map((graceDays) =>
        tenant.api.post(`${path}/trials`, { ...defaultPolicy, graceDays, version: 0 }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  test("has to change something", async () => {
    const { api } = await world.aTenant();
    const nothing = await api.post(`${path}/trials`, { ...defaultPolicy, version: 0 });
    expect([nothing.status, await codeOf(nothing)]).toEqual([422, "settings.nothing_to_try"]);
  });
});

describe("people who could not sign in", () => {
  test("are those whose enrolled steps are less than the tenant and their groups would ask", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const named = (lastName: string) => tenant.aUser({ firstName: "P", lastName });
    const [mail, app, key, lost, operator] = [
      await named("Mail"),
      await named("App"),
      await named("Key"),
      await named("Lost"),
      await named("Operator"),
    ];
    await tenant.aUser({ state: "deactivated", lastName: "Gone" });
    await tenant.aUser({ state: "invited", lastName: "Guest" });
    await withTotp(tenant, tenant.me);
    for (const person of [app, operator]) await withTotp(tenant, person);
    await withPasskey(tenant, key);
    await withPasskey(tenant, lost, true);
    const group = await tenant.aGroup("Operators", [operator, key]);
    await tenant.api.patch(`/groups/${group.id}`, {
      strength: "phishing_resistant",
      confirmed: true,
    });
    const { affected, ...trial } = await aTrial(tenant, { strength: "strong", graceDays: 3 });
    expect(affected).toMatchObject({
      count: 3,
      superAdminsLeft: 1,
      people: [
        { lastName: "Lost", has: "baseline", required: "strong", deadline: null, graceDays: 3 },
        { lastName: "Mail", email: mail.email, has: "baseline", required: "strong" },
        { lastName: "Operator", has: "strong", required: "phishing_resistant" },
      ],
    });
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("3 people could no longer sign in with what they have now:");
    expect(page).toContain(`<a href="/users/${mail.id}">P Mail</a>`);
    expect(page).not.toContain("No super administrator could sign in");
    const all = await (await tenant.browser.get(`${of(trial)}/people`)).text();
    expect(all).toContain("Within 3 days of the next sign-in");
  });

  test("have the rest of their grace when they were asked before", async () => {
    const tenant = await world.aTenant();
    const asked = async (daysAgo: number, lastName: string) => {
      const { id } = await tenant.aUser({ lastName });
      const at = new Date(clock.now().getTime() - daysAgo * 86_400_000);
      await tenant.tenant.write((db) =>
        db.updateTable("users").set({ strength_asked_at: at }).where("id", "=", id).execute(),
      );
      return new Date(at.getTime() + 3 * 86_400_000).toISOString();
    };
    const deadline = await asked(1, "A");
    await asked(3, "B");
    const { affected } = await aTrial(tenant, { strength: "strong", graceDays: 3 });
    expect(affected.people).toMatchObject([
      { lastName: "A", deadline },
      { lastName: "B", deadline: null, graceDays: 0 },
    ]);
  });

  test("are found in one pass over a tenant's people, with look-ups by index", async () => {
    const tenant = await world.aTenant();
    const { id: groupId } = await tenant.aGroup();
    await world.asSuperuser(
      `with made as (insert into app.users (tenant_id, first_name, last_name, state, password_hash)
         select $1, 'Person', n::text, 'active', 'x' from generate_series(1, 20000) as n returning id),
       addressed as (insert into app.user_emails (tenant_id, user_id, email, is_primary)
         select $1, id, id || '@example.com', true from made)
       insert into app.group_members (tenant_id, group_id, user_id) select $1, $2, id from made`,
      [tenant.id, groupId],
    );
    await world.asSuperuser("analyze app.users, app.user_emails, app.group_members, app.passkeys");
    const provider = IdentityProviderId.parse(crypto.randomUUID());
    const change = {
      previous: { ...defaultPolicy, graceDays: 7 },
      proposed: {
        ...defaultPolicy,
        strength: "strong" as const,
        graceDays: 1,
        defaultIdentityProviderId: provider,
      },
    };
    const now = clock.now();
    const sent = await statementsOf(() =>
      tenant.tenant.read(async (db) => {
        await countAffected(db, change, now);
        await listAffected(db, change, { limit: 20, already: false, now });
        await listAffected(db, change, { limit: 20, already: true, now });
      }),
    );
    expect(sent).toHaveLength(3);
    for (const statement of sent) {
      const plan = await planOf(world, tenant.id, statement);
      expect(plan).toContain("group_members_user");
      expect(plan).not.toMatch(/Seq Scan on (group_members|user_emails)/);
    }
    for (const list of sent.slice(1))
      expect(await planOf(world, tenant.id, list)).toContain("users_by_name");
  });

  test("are listed page by page, and few of them with the trial", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    for (let n = 0; n < 25; n++) await tenant.aUser({ lastName: `Person ${100 + n}` });
    const trial = await aTrial(tenant);
    expect(trial.affected).toMatchObject({ count: 26, superAdminsLeft: 0 });
    expect(trial.affected.people).toHaveLength(20);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("Show all 26");
    expect(page).toContain("No super administrator could sign in");
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = `?limit=10${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const answer = await tenant.api.get(`${of(trial)}/people${query}`);
      const list = (await answer.json()) as { items: { lastName: string }[]; next: string | null };
      names.push(...list.items.map(({ lastName }) => lastName));
      cursor = list.next;
    }
    expect(new Set(names).size).toBe(26);
  });
});

describe("applying", () => {
  test("needs a test sign-in that succeeded; then it holds for ten minutes", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await aTrial(tenant);
    const untested = await tenant.browser.put(`${of(trial)}/application`);
    expect(untested.status).toBe(409);
    expect(await untested.text()).toContain("Tick that you take the risk");
    expect(await inForce(tenant)).toEqual(defaultPolicy);
    await markTested(tenant, trial, clock.now());
    expect((await tenant.browser.put(`${of(trial)}/application`)).status).toBe(303);
    expect((await inForce(tenant)).strength).toBe("strong");
    expect(await tenant.events("sign_in_policy.trial_applied")).toMatchObject([
      { data: { withoutTest: false, version: 1, changes: { strength: { from: "baseline" } } } },
    ]);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("The earlier settings come back by themselves at <time");
    expect(page).toContain("in less than 10 minutes");
    clock.advance({ minutes: 4 });
    expect(await (await tenant.browser.get(path)).text()).toContain("in less than 6 minutes");
    const [mail] = await tenant.mails();
    expect(mail?.subject).toContain("are on trial");
    expect(mail?.text).toContain("They go back by themselves 10 minutes after that");
  });

  test("without a test is the caller's risk, and recorded", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await aTrial(tenant);
    await tenant.browser.put(`${of(trial)}/application`, { withoutTest: "on" });
    expect(await tenant.events("sign_in_policy.trial_applied")).toMatchObject([
      { actorKind: "user", data: { withoutTest: true, affectedCount: 1 } },
    ]);
  });

  test("twice at the same moment happens once", async () => {
    const tenant = await world.aTenant();
    const trial = await aTrial(tenant);
    const answers = await Promise.all(
      [1, 2, 3].map(() => tenant.api.put(`${of(trial)}/application`, { withoutTest: true })),
    );
    const told = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as Trial).revertAt),
    );
    expect(new Set(told).size).toBe(1);
    expect(await tenant.events("sign_in_policy.trial_applied")).toHaveLength(1);
  });
});

describe("keeping", () => {
  test("needs a session from after the settings were applied", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await applied(tenant);
    const old = await tenant.browser.put(`${of(trial)}/confirmation`);
    expect(old.status).toBe(409);
    const page = await old.text();
    expect(page).toContain("Sign in again first");
    expect(page).toContain("/sign-in?reauthenticate=1&amp;return_to=%2Fsettings%2Fsign-in");
    expect(page).not.toContain("Keep these settings");
    const fresh = await signedInNow(tenant);
    expect(await (await fresh.get(path)).text()).toContain("Keep these settings");
    expect((await fresh.put(`${of(trial)}/confirmation`)).status).toBe(303);
    clock.advance({ hours: 1 });
    expect((await inForce(tenant)).strength).toBe("strong");
    expect(await settingsOf(tenant)).toMatchObject({ version: 1, trial: null });
    expect((await tenant.mails()).at(-1)?.text).toContain("kept the sign-in settings");
    // Once more, and by the job: nothing happens.
    expect((await tenant.api.put(`${of(trial)}/confirmation`)).status).toBe(200);
    await runEndOf(tenant, trial);
    expect((await inForce(tenant)).strength).toBe("strong");
    expect(await trialEvents(tenant)).toEqual([
      "sign_in_policy.trial_opened",
      "sign_in_policy.trial_applied",
      "sign_in_policy.trial_confirmed",
    ]);
    const back = await tenant.api.delete(of(trial));
    expect([back.status, await codeOf(back)]).toEqual([409, "settings.trial_over"]);
  });

  test("by a script needs a super administrator who came in since", async () => {
    const tenant = await world.aTenant();
    const trial = await applied(tenant);
    const early = await tenant.api.put(`${of(trial)}/confirmation`);
    expect(await codeOf(early)).toBe("settings.proof_too_old");
    clock.advance({ seconds: 1 });
    await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await tenant.api.put(`${of(trial)}/confirmation`)).status).toBe(409);
    await signedInNow(tenant);
    expect((await tenant.api.put(`${of(trial)}/confirmation`)).status).toBe(200);
  });

  test("asks people for better passwords only now", async () => {
    const tenant = await world.aTenant();
    await tenant.aUser();
    const trial = await applied(tenant, { strength: "strong", passwordMinLength: 20 });
    const flagged = () =>
      tenant.tenant.read((db) =>
        db.selectFrom("users").select("id").where("password_reset_cause", "=", "policy").execute(),
      );
    expect(await flagged()).toEqual([]);
    await signedInNow(tenant);
    await tenant.api.put(`${of(trial)}/confirmation`);
    expect(await flagged()).toHaveLength(2);
    expect(await tenant.events("sign_in_policy.trial_confirmed")).toMatchObject([
      { data: { passwordsToReplace: 2 } },
    ]);
  });

  test("that is taken back asks for better passwords than were chosen under it", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    const short = { strength: "strong", graceDays: 0, passwordMinLength: 8 } as const;
    const trial = await applied(tenant, short);
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_length: 9, password_score: 4 }).execute(),
    );
    clock.advance({ minutes: 10 });
    await runEndOf(tenant, trial);
    const { cause } = await tenant.tenant.read((db) =>
      db
        .selectFrom("users")
        .select("password_reset_cause as cause")
        .where("id", "=", user.id)
        .executeTakeFirstOrThrow(),
    );
    expect(cause).toBe("policy");
    expect(await tenant.events("sign_in_policy.trial_reverted")).toMatchObject([
      { data: { passwordsToReplace: 1 } },
    ]);
  });

  test("is for settings in force: not before, not after", async () => {
    const tenant = await world.aTenant();
    const open = await aTrial(tenant);
    const before = await tenant.api.put(`${of(open)}/confirmation`);
    expect(await codeOf(before)).toBe("settings.trial_not_applied");
    await tenant.api.put(`${of(open)}/application`, { withoutTest: true });
    await signedInNow(tenant);
    clock.advance({ minutes: 10 });
    const after = await tenant.api.put(`${of(open)}/confirmation`);
    expect(await codeOf(after)).toBe("settings.trial_over");
    expect(await inForce(tenant)).toEqual(defaultPolicy);
  });
});

describe("an applied trial that nobody keeps", () => {
  test("is over at the minute, and the job writes it down once and tells", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await applied(tenant, { strength: "phishing_resistant" });
    const { version } = await settingsOf(tenant);
    await runEndOf(tenant, trial);
    expect((await inForce(tenant)).strength).toBe("phishing_resistant");
    clock.advance({ minutes: 10 });
    expect(await inForce(tenant)).toEqual(defaultPolicy);
    const read = await settingsOf(tenant);
    expect(read).toEqual({ ...defaultPolicy, version: version + 1, trial: null });
    await runEndOf(tenant, trial);
    await runEndOf(tenant, trial);
    expect(await settingsOf(tenant)).toEqual(read);
    expect(await tenant.events("sign_in_policy.trial_reverted")).toMatchObject([
      {
        actorKind: "job",
        data: {
          cause: "not_confirmed",
          changes: { strength: { from: "phishing_resistant", to: "baseline" } },
        },
      },
    ]);
    const mails = (await tenant.mails()).filter(({ subject }) => subject.includes("went back"));
    expect(mails.map(({ text }) => text)).toEqual([
      expect.stringContaining("Nobody kept the sign-in settings"),
    ]);
    expect(await (await tenant.api.get(of(trial))).json()).toMatchObject({ state: "reverted" });
  });

  test("is tidied up by the next change, which goes on top of what was read", async () => {
    const tenant = await world.aTenant();
    await applied(tenant);
    clock.advance({ minutes: 11 });
    expect((await put(tenant, { passwordMinLength: 18 })).status).toBe(200);
    expect(await inForce(tenant)).toEqual({ ...defaultPolicy, passwordMinLength: 18 });
    expect(await trialEvents(tenant)).toContain("sign_in_policy.trial_reverted");
  });

  test("races with who keeps it: one of the two happens", async () => {
    const tenant = await world.aTenant();
    const trial = await applied(tenant);
    await signedInNow(tenant);
    await Promise.all([
      tenant.api.put(`${of(trial)}/confirmation`),
      tenant.api.delete(of(trial)),
      tenant.api.put(`${of(trial)}/confirmation`),
    ]);
    const ends = (await trialEvents(tenant)).filter((name) => /confirmed|reverted/.test(name));
    expect(ends).toHaveLength(1);
    const kept = ends[0] === "sign_in_policy.trial_confirmed";
    expect((await inForce(tenant)).strength).toBe(kept ? "strong" : "baseline");
  });
});

describe("dropping", () => {
  test("an open trial leaves everything as it was", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await aTrial(tenant);
    expect((await tenant.browser.delete(of(trial))).status).toBe(303);
    expect((await tenant.api.delete(of(trial))).status).toBe(200);
    expect(await trialEvents(tenant)).toEqual([
      "sign_in_policy.trial_opened",
      "sign_in_policy.trial_cancelled",
    ]);
    const gone = await tenant.api.put(`${of(trial)}/application`, { withoutTest: true });
    expect(await codeOf(gone)).toBe("settings.trial_over");
    expect((await put(tenant, { passwordMinLength: 16 })).status).toBe(200);
  });

  test("an applied trial takes the settings back at once", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    const trial = await applied(tenant);
    await tenant.browser.delete(of(trial));
    expect(await inForce(tenant)).toEqual(defaultPolicy);
    expect(await tenant.events("sign_in_policy.trial_reverted")).toMatchObject([
      { actorKind: "user", data: { cause: "by_hand" } },
    ]);
    const { firstName, lastName } = tenant.me;
    expect((await tenant.mails()).at(-1)?.text).toContain(
      `${firstName} ${lastName} took back the sign-in settings`,
    );
  });

  test("an open trial that nobody applies ends after a day", async () => {
    const tenant = await world.aTenant();
    const trial = await aTrial(tenant);
    clock.advance({ hours: 25 });
    expect((await settingsOf(tenant)).trial).toBeNull();
    await runEndOf(tenant, trial);
    expect(await tenant.events("sign_in_policy.trial_cancelled")).toMatchObject([
      { data: { cause: "not_applied" } },
    ]);
    expect(await aTrial(tenant)).toMatchObject({ state: "open" });
  });
});

test("a trial of another tenant is not there, and stays as it is", async () => {
  const [ours, theirs] = [await world.aTenant(), await world.aTenant()];
  const trial = await aTrial(theirs);
  for (const answer of [
    await ours.api.get(of(trial)),
    await ours.api.get(`${of(trial)}/people`),
    await ours.api.put(`${of(trial)}/application`, { withoutTest: true }),
    await ours.api.put(`${of(trial)}/confirmation`),
    await ours.api.delete(of(trial)),
  ])
    expect(answer.status).toBe(404);
  expect((await settingsOf(theirs)).trial).toMatchObject({ id: trial.id, state: "open" });
});
