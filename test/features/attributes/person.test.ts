// What is known of a person: what administrators and the people themselves write, and whose word it is.
import { describe, expect, test } from "bun:test";
import type { PersonAttributes } from "#features/person-attributes/schema.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { readTables, rowsOf } from "../../support/tables.ts";
import { known, use } from "./support.ts";

const world = await testApp();

const pathOf = ({ id }: Pick<TestUser, "id">) => `/users/${id}/attributes`;
const errorsOf = async (answer: Response) =>
  ((await answer.json()) as { errors: Record<string, string> }).errors;
const changed = async (tenant: TestTenant) =>
  (await tenant.events("user.attributes_changed")).map(({ data }) => data);
const profile = ({ firstName, lastName }: TestUser) => ({
  firstName,
  lastName,
  timeZone: "UTC",
  theme: "system",
});

const directory = "Otter Directory";

/** A value by an identity provider’s word. */
async function saidByProvider(tenant: TestTenant, user: TestUser, value: string): Promise<void> {
  const rows = rowsOf(await readTables(world.asSuperuser), world.asSuperuser);
  const { id } = await rows.insert("identity_providers", tenant.id);
  await world.asSuperuser("update app.identity_providers set name = $2 where id = $1", [
    id,
    directory,
  ]);
  await world.asSuperuser(
    `insert into app.user_attributes (tenant_id, user_id, key, value, source, identity_provider_id)
     values ($1, $2, 'job_title', $3, 'idp', $4)`,
    [tenant.id, user.id, value, id],
  );
}

describe("PATCH /users/:userId/attributes", () => {
  test("keeps values in one form by an administrator’s word, and records keys, not values", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const { browser } = tenant;
    expect(await (await browser.get(`/users/${user.id}`)).text()).toContain(pathOf(user));
    const form = await (await browser.get(`${pathOf(user)}/edit`)).text();
    for (const key of ["phone_work", "job_title", "preferred_language"])
      expect(form).toContain(`name="${key}"`);
    expect(form).not.toContain('name="city"');

    const sent = {
      phone_work: "+49 (0)30 901820",
      job_title: "Admiral",
      preferred_language: "german",
    };
    const answer = await browser.patch(pathOf(user), { ...sent, department: "" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, pathOf(user)]);
    expect(await known(tenant, user)).toEqual({
      phone_work: "+4930901820 by admin",
      job_title: "Admiral by admin",
      preferred_language: "de by admin",
    });
    const page = await (await browser.get(pathOf(user))).text();
    for (const part of ["+49 30 901820", "Admiral", "German (de)", "By an administrator"])
      expect(page).toContain(part);

    await tenant.api.patch(pathOf(user), { job_title: "Rear admiral", phone_work: null });
    expect(await changed(tenant)).toEqual([
      {
        userId: user.id,
        source: "admin",
        changes: { phone_work: "added", job_title: "added", preferred_language: "added" },
      },
      {
        userId: user.id,
        source: "admin",
        changes: { phone_work: "cleared", job_title: "updated" },
      },
    ]);
    expect(JSON.stringify(await tenant.events())).not.toContain("dmiral");
  });

  test("as JSON answers every attribute in use, with what is missing and locked", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await use(tenant, {
      city: { enabled: true, required: true, lockedForUsers: true },
      country: { enabled: true },
    });
    const answer = await tenant.api.patch(pathOf(user), { country: "germany" });
    expect(answer.status).toBe(200);
    const { attributes, ...rest } = (await answer.json()) as PersonAttributes;
    expect(rest).toMatchObject({ user: { id: user.id }, mayEdit: true, askedAt: null });
    expect(attributes).toHaveLength(8);
    expect(attributes.find(({ key }) => key === "country")).toMatchObject({
      value: "DE",
      source: "admin",
      identityProvider: null,
      isMissing: false,
    });
    expect(attributes.find(({ key }) => key === "city")).toMatchObject({
      value: null,
      source: null,
      isMissing: true,
      isLocked: true,
    });
    expect(await (await tenant.api.get(pathOf(user))).json()).toEqual({ ...rest, attributes });
  });

  test("leaves what stays the same to whoever said it: saving a form confirms nothing", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    const theirs = await tenant.signedIn(user);
    await theirs.patch("/profile", { ...profile(user), department: "Treasury" });
    await tenant.browser.patch(pathOf(user), { department: " Treasury ", job_title: "Clerk" });
    expect(await known(tenant, user)).toEqual({
      department: "Treasury by self",
      job_title: "Clerk by admin",
    });
    await tenant.browser.patch(pathOf(user), { department: "Treasury", job_title: "Clerk" });
    expect(await changed(tenant)).toHaveLength(2);
  });

  test("shows a value again that it cannot keep, names the field, and keeps nothing", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await use(tenant, { country: { enabled: true } });
    const answer = await tenant.browser.patch(pathOf(user), {
      phone_work: "030 901820",
      job_title: "Admiral",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Enter a phone number with its country code");
    expect(page).toContain('value="030 901820"');
    expect(page).toContain('value="Admiral"');
    expect(
      await errorsOf(await tenant.api.patch(pathOf(user), { country: "UK", job_title: "x" })),
    ).toEqual({ country: expect.stringContaining("There is no such country") });
    expect(await errorsOf(await tenant.api.patch(pathOf(user), { job_title: 7 }))).toEqual({
      job_title: "Send a text, or null to clear it",
    });
    expect(await errorsOf(await tenant.api.patch(pathOf(user), { shoe_size: "44" }))).toEqual({
      "": expect.stringContaining("There are these attributes: phone_work"),
    });
    expect((await tenant.api.patch(pathOf(user), {})).status).toBe(422);
    expect(await known(tenant, user)).toEqual({});
  });

  test("refuses an attribute that is not in use, and keeps what was there", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await tenant.api.patch(pathOf(user), { job_title: "Admiral" });
    await use(tenant, { job_title: { enabled: false } });
    const answer = await tenant.api.patch(pathOf(user), { job_title: "Clerk", department: "Sea" });
    expect(answer.status).toBe(422);
    expect(await errorsOf(answer)).toEqual({ job_title: expect.stringContaining("Not in use") });
    expect(await known(tenant, user)).toEqual({ job_title: "Admiral by admin" });
    const shown = (await (await tenant.api.get(pathOf(user))).json()) as PersonAttributes;
    expect(shown.attributes.map(({ key }) => key)).not.toContain("job_title");
  });

  test("is not for members, nor about somebody of a higher role, nor about somebody anonymised", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const boss = await tenant.aUser({ role: "super_admin" });
    const peer = await tenant.aUser({ role: "admin" });
    const member = await tenant.aUser();
    expect((await tenant.browser.patch(pathOf(boss), { job_title: "x" })).status).toBe(403);
    expect((await tenant.browser.get(`${pathOf(boss)}/edit`)).status).toBe(403);
    const page = await (await tenant.browser.get(pathOf(boss))).text();
    expect(page).not.toContain(`${pathOf(boss)}/edit`);
    expect((await tenant.browser.patch(pathOf(peer), { job_title: "x" })).status).toBe(303);
    const theirs = await tenant.signedIn(member);
    expect((await theirs.get(pathOf(peer))).status).toBe(403);
    expect((await theirs.patch(pathOf(member), { job_title: "x" })).status).toBe(403);
    expect(await known(tenant, boss)).toEqual({});
    expect(await known(tenant, member)).toEqual({});
    const out = await tenant.aUser({ state: "deactivated" });
    await tenant.api.put(`/users/${out.id}/anonymisation`, { confirmation: out.email });
    expect((await tenant.api.patch(pathOf(out), { job_title: "x" })).status).toBe(409);
  });

  test("asks for fresh proof and keeps what was typed", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    world.clock.advance({ minutes: 11 });
    const answer = await tenant.browser.patch(pathOf(user), { job_title: "Admiral" });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('value="Admiral"');
    expect(await known(tenant, user)).toEqual({});
  });

  test("what administrators say of themselves is their own word, by whatever way", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const { me } = tenant;
    await use(tenant, { department: { lockedForUsers: true } });
    await tenant.browser.patch(pathOf(me), { job_title: "Admiral", department: "Treasury" });
    expect(await known(tenant, me)).toEqual({
      job_title: "Admiral by self",
      department: "Treasury by self",
    });
    // By a client that they made.
    await world.asSuperuser(
      "update app.api_clients set created_by = $2, made_by_person = true where tenant_id = $1",
      [tenant.id, (await tenant.aUser({ role: "super_admin" })).id],
    );
    const boss = await tenant.aUser({ role: "super_admin" });
    await world.asSuperuser("update app.api_clients set created_by = $2 where tenant_id = $1", [
      tenant.id,
      boss.id,
    ]);
    await tenant.api.patch(pathOf(boss), { department: "Treasury" });
    await tenant.api.patch(pathOf(me), { department: "Sea" });
    expect(await known(tenant, boss)).toEqual({ department: "Treasury by self" });
    expect(await known(tenant, me)).toMatchObject({ department: "Sea by admin" });
  });

  test("answers 404 for another tenant’s person, and values stay in their tenant", async () => {
    const [ours, theirs] = [await world.aTenant({ signedInAs: "admin" }), await world.aTenant()];
    const user = await theirs.aUser();
    await theirs.api.patch(pathOf(user), { job_title: "Admiral" });
    expect((await ours.browser.get(pathOf(user))).status).toBe(404);
    expect((await ours.browser.patch(pathOf(user), { job_title: "x" })).status).toBe(404);
    expect((await ours.api.patch(pathOf(user), { job_title: "x" })).status).toBe(404);
    expect(await known(ours, user)).toEqual({});
    expect(await known(theirs, user)).toEqual({ job_title: "Admiral by admin" });
  });

  test("of two at once both are kept", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser();
    await Promise.all([
      tenant.api.patch(pathOf(user), { job_title: "Admiral" }),
      tenant.api.patch(pathOf(user), { department: "Sea" }),
    ]);
    expect(await known(tenant, user)).toEqual({
      job_title: "Admiral by admin",
      department: "Sea by admin",
    });
  });
});

describe("PATCH /profile", () => {
  test("lets people fill in what is in use, by category, as their own word", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await use(tenant, {
      country: { enabled: true, required: true },
      description: { enabled: true },
    });
    const page = await (await browser.get("/profile")).text();
    for (const part of [
      "<h2>Contact</h2>",
      "<h2>Work</h2>",
      "<h2>Location</h2>",
      "<h2>Person</h2>",
    ])
      expect(page).toContain(part);
    expect(page).toContain("Asked for, and still missing.");
    expect(page).toContain(">Germany</option>");
    expect(page).not.toContain('name="city"');
    const answer = await browser.patch("/profile", {
      ...profile(me),
      country: "DE",
      description: "one\r\ntwo",
      phone_work: "0049 30 901820",
    });
    expect(answer.status).toBe(303);
    expect(await known(tenant, me)).toEqual({
      country: "DE by self",
      description: "one\ntwo by self",
      phone_work: "+4930901820 by self",
    });
    expect(await changed(tenant)).toEqual([
      {
        userId: me.id,
        source: "self",
        changes: { country: "added", description: "added", phone_work: "added" },
      },
    ]);
    const again = await (await browser.get("/profile")).text();
    expect(again).toContain('value="+4930901820"');
    expect(again).toMatch(/value="DE" selected/);
    expect(again).not.toContain("still missing");
  });

  test("shows what is locked with who keeps it, and leaves it", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await use(tenant, {
      job_title: { lockedForUsers: true },
      department: { lockedForUsers: true },
    });
    await saidByProvider(tenant, me, "Admiral");
    await tenant.api.patch(pathOf(me), { department: "Sea" });
    const page = await (await browser.get("/profile")).text();
    expect(page).toContain(`${directory} keeps this up to date`);
    expect(page).toContain("Your organisation keeps this");
    expect(page.match(/readonly/g)).toHaveLength(2);
    // The form sends what is there, too.
    const kept = { ...profile(me), job_title: "Admiral", department: "Sea" };
    expect((await browser.patch("/profile", kept)).status).toBe(303);
    const refused = await browser.patch("/profile", { ...kept, department: "Treasury" });
    expect(refused.status).toBe(409);
    const again = await refused.text();
    expect(again).toContain("Ask an administrator to change this");
    expect(again).toContain('value="Treasury"');
    expect(await known(tenant, me)).toEqual({
      job_title: "Admiral by idp",
      department: "Sea by admin",
    });
  });

  test("leaves all of it where the tenant keeps profiles, but for super administrators", async () => {
    const tenant = await world.aTenant({ signedInAs: "super_admin" });
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ people_edit_names: false }).execute(),
    );
    const admin = await tenant.aUser({ role: "admin" });
    const theirs = await tenant.signedIn(admin);
    const change = { job_title: "Admiral" };
    expect((await theirs.patch("/profile", { ...profile(admin), ...change })).status).toBe(409);
    expect(await known(tenant, admin)).toEqual({});
    const answer = await tenant.browser.patch("/profile", { ...profile(tenant.me), ...change });
    expect(answer.status).toBe(303);
    expect(await known(tenant, tenant.me)).toEqual({ job_title: "Admiral by self" });
  });

  test("shows a bad value again beside everything else that was typed, and keeps nothing", async () => {
    const tenant = await world.aTenant({ signedInAs: "member" });
    const answer = await tenant.browser.patch("/profile", {
      ...profile({ ...tenant.me, firstName: "Augusta" }),
      phone_work: "12",
      job_title: "Admiral",
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    for (const typed of ["Augusta", "12", "Admiral"]) expect(page).toContain(`value="${typed}"`);
    expect(await tenant.events()).toEqual([expect.objectContaining({ name: "session.started" })]);
  });

  test("a provider that is gone leaves its values, as those of one that is gone", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser();
    await saidByProvider(tenant, user, "Admiral");
    const before = await (await tenant.browser.get(pathOf(user))).text();
    expect(before).toContain(`From ${directory}`);
    await world.asSuperuser("delete from app.identity_providers where tenant_id = $1", [tenant.id]);
    expect(await known(tenant, user)).toEqual({ job_title: "Admiral by idp" });
    const page = await (await tenant.browser.get(pathOf(user))).text();
    expect(page).toContain("From an identity provider that is gone");
  });
});

describe("POST /users", () => {
  const person = { firstName: "Grace", lastName: "Hopper", email: "grace@example.org" };

  test("adds somebody with attributes, by JSON and by the form", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const added = await tenant.api.post("/users", {
      ...person,
      attributes: { job_title: "Admiral", phone_work: "+49 30 901820" },
    });
    expect(added.status).toBe(201);
    const { id } = (await added.json()) as TestUser;
    expect(await known(tenant, { id })).toEqual({
      job_title: "Admiral by admin",
      phone_work: "+4930901820 by admin",
    });
    expect(await (await tenant.browser.get("/users/new")).text()).toContain(
      'name="attributes.job_title"',
    );
    const invited = await tenant.browser.post("/users", {
      ...person,
      email: "other@example.org",
      "attributes.department": "Sea",
      "attributes.job_title": "",
    });
    expect(invited.status).toBe(303);
    const other = (invited.headers.get("location") ?? "").slice("/users/".length);
    expect(await known(tenant, { id: other as TestUser["id"] })).toEqual({
      department: "Sea by admin",
    });
  });

  test("refuses a value that it cannot keep, a key that there is not and one not in use: nobody is added", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const post = (attributes: object) => tenant.api.post("/users", { ...person, attributes });
    expect(await errorsOf(await post({ phone_work: "12" }))).toEqual({
      "attributes.phone_work": expect.stringContaining("Enter a phone number"),
    });
    expect(await errorsOf(await post({ shoe_size: "44" }))).toEqual({
      attributes: expect.stringContaining("There are these attributes"),
    });
    expect(await errorsOf(await post({ city: "Rome" }))).toEqual({
      "attributes.city": expect.stringContaining("Not in use"),
    });
    const shown = await tenant.browser.post("/users", { ...person, "attributes.phone_work": "12" });
    expect(shown.status).toBe(422);
    const page = await shown.text();
    expect(page).toContain('href="#field-attributes.phone_work"');
    expect(page).toContain('value="12"');
    expect(await tenant.events("user.created")).toEqual([]);
    expect(await tenant.events("user.attributes_changed")).toEqual([]);
  });
});
