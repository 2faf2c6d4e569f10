// Row-level security broken in each way that it can be, found, and repaired by the very line that the doctor prints.
import { describe, expect, test } from "bun:test";
import { testDatabase } from "../../support/database.ts";
import { testServices } from "../../support/services.ts";
import { examine, over, sqlOf } from "./support.ts";

const { database, settings, asSuperuser, aTenant } = await testDatabase();
const services = over(testServices(database), settings);
const look = () => examine(services, "isolation");

const first = await aTenant();
const second = await aTenant();
for (const { scope } of [first, second])
  await scope.write((db) => db.insertInto("groups").values({ name: "Group" }).execute());

describe("isolation", () => {
  test("is whole as migrated, and the trial leaves nothing behind", async () => {
    const before = await asSuperuser("select count(*) from app.tenants");
    expect(await look()).toMatchObject({ state: "ok", findings: [{ repair: null }] });
    expect(await asSuperuser("select count(*) from app.tenants")).toEqual(before);
    expect(await asSuperuser("select 1 from app.groups where name = 'trial'")).toEqual([]);
  });

  test.each([
    ["switched off", "alter table app.groups disable row level security", "is off for app.groups"],
    ["not forced", "alter table app.users no force row level security", "owner of app.users"],
    ["without its policy", "drop policy tenant on app.sessions", "app.sessions has no policy"],
    [
      "with a policy that lets everything pass",
      "drop policy tenant on app.groups; create policy tenant on app.groups to app_tenant using (true) with check (true)",
      "The policy tenant of app.groups",
    ],
    [
      "with a policy that opens when no tenant is set",
      "alter policy tenant on app.groups using (app.tenant_id() is null or tenant_id = app.tenant_id())",
      "The policy tenant of app.groups",
    ],
    [
      "with a policy that checks nothing that is written",
      "alter policy tenant on app.groups with check (true)",
      "The policy tenant of app.groups",
    ],
    [
      "with another policy beside it",
      'create policy "Let in" on app.mails to app_tenant using (true)',
      'The policy "Let in" of app.mails',
    ],
    [
      "with another policy for everybody",
      "create policy extra on app.mails using (true)",
      "The policy extra of app.mails",
    ],
    [
      "of the tenants switched off",
      "alter table app.tenants disable row level security",
      "is off for app.tenants",
    ],
  ])("%s is found and repaired by the line", async (_, harm, words) => {
    await asSuperuser(harm);
    const report = await look();
    expect(report.state).toBe("fail");
    expect(report.findings.map(({ says }) => says).join("\n")).toContain(words);
    for (const { repair } of report.findings) {
      // A table can be seen for one reason only: the line for the reason comes first, and what follows is done with.
      await asSuperuser(sqlOf(repair)).catch((error: Error) => {
        if (!/already exists/.test(error.message)) throw error;
      });
    }
    expect(await look()).toMatchObject({ state: "ok" });
  });

  test("that is broken shows: rows without a tenant, and rows of another one by name", async () => {
    await asSuperuser("alter table app.groups disable row level security");
    const says = (await look()).findings.map((finding) => finding.says);
    expect(says).toContain("Rows of app.groups are visible where no tenant is set");
    const [a, b] = [first.subdomain, second.subdomain].toSorted();
    expect(says).toContain(`${a} sees rows of ${b} in app.groups`);
    expect(says).toContain(`${b} sees rows of ${a} in app.groups`);
    expect(says.join("\n")).toContain("made for a trial");
    await asSuperuser("alter table app.groups enable row level security");
  });

  test.each([
    [
      "written into another one's",
      "alter policy tenant on app.groups with check (true)",
      "alter policy tenant on app.groups with check (tenant_id = (select app.tenant_id()))",
    ],
    [
      "changed unseen",
      "create policy blind on app.groups for update to app_tenant using (true)",
      "drop policy blind on app.groups",
    ],
  ])("is tried for rows %s", async (_, harm, repair) => {
    await asSuperuser(harm);
    const { findings } = await look();
    await asSuperuser(repair);
    expect(findings.map(({ says }) => says).join("\n")).toContain("made for a trial");
    expect(await look()).toMatchObject({ state: "ok" });
  });

  test("is tried even where there is no tenant yet", async () => {
    const empty = await testDatabase();
    const alone = over(testServices(empty.database), empty.settings);
    expect(await examine(alone, "isolation")).toMatchObject({ state: "ok" });
    await empty.asSuperuser("alter table app.groups disable row level security");
    const { findings } = await examine(alone, "isolation");
    expect(findings.map(({ says }) => says).join("\n")).toContain("made for a trial");
  });
});
