// The record that proved a domain is looked for every day: the page says when it is gone, super administrators are told after days, and nothing
// ends by itself.
import { describe, expect, test } from "bun:test";
import { lookForRecords, proveByOperator } from "#features/domains/index.ts";
import { lookForRecordsDaily, queueIfProved } from "#features/domains/jobs.ts";
import type { TestTenant, TestUser } from "../../support/a-tenant.ts";
import { aDomain, houseWithDns, json, path, proved, type Shown } from "./support.ts";

const house = await houseWithDns();
const { aTenant } = house;

/** What the job does for a tenant, on another day. */
async function look({ tenant }: TestTenant, { days = 1 } = {}): Promise<void> {
  house.clock.advance({ days });
  await lookForRecords.run({
    payload: {},
    tenant,
    services: house.services,
    signal: AbortSignal.timeout(10_000),
    attempt: 1,
  });
}

const shownOf = ({ api }: TestTenant, { id }: Pick<Shown, "id">) =>
  json<Shown>(api.get(`${path}/${id}`));
const publishOf = ({ record }: Shown, ...values: string[]) =>
  house.publish({ [record.name]: values.length === 0 ? {} : { TXT: values } });
const namesOf = async (tenant: TestTenant) =>
  (await tenant.events())
    .map(({ name }) => name)
    .filter((name) => name.startsWith("domain.record"));
/** As a super administrator reads it, with a session of now. */
const read = async (tenant: TestTenant, boss: TestUser, at: string) =>
  (await (await tenant.signedIn(boss)).get(at)).text();
const told = async (tenant: TestTenant) =>
  (await tenant.mails()).filter(({ subject }) => subject.startsWith("The record that proved"));

async function aHouse() {
  const tenant = await aTenant();
  const boss = await tenant.aUser({ role: "super_admin" });
  return { tenant, boss, domain: await proved(house, tenant, aDomain()) };
}

describe("a record that is gone", () => {
  test("is told on the page at once, by mail after three days, once, and ends nothing", async () => {
    const { tenant, boss, domain } = await aHouse();
    await look(tenant);
    expect(await shownOf(tenant, domain)).toMatchObject({ recordMissingSince: null });
    publishOf(domain);
    await look(tenant);
    const { recordMissingSince: since } = await shownOf(tenant, domain);
    expect(house.clock.now().getTime() - Date.parse(since ?? "")).toBeLessThan(60_000);
    const page = await read(tenant, boss, `${path}/${domain.id}`);
    for (const said of [
      "is not found",
      "No such record is there.",
      domain.record.value,
      "Check now",
    ])
      expect(page).toContain(said);
    expect(await read(tenant, boss, path)).toContain("Proved, record not found");
    for (const _ of [1, 2]) await look(tenant);
    expect([await told(tenant), await namesOf(tenant)]).toEqual([[], []]);

    for (const _ of [1, 2]) await look(tenant);
    const [mail, ...more] = await told(tenant);
    expect([mail?.to, more]).toEqual([boss.email, []]);
    for (const said of [domain.domain, domain.record.name, domain.record.value, domain.id])
      expect(mail?.text).toContain(said);
    expect(await tenant.events("domain.record_missing")).toMatchObject([
      { actorKind: "job", data: { domain: domain.domain, outcome: "nothing", since } },
    ]);
    const after = await shownOf(tenant, domain);
    expect(after).toMatchObject({ provedAt: domain.provedAt, recordMissingSince: since });
    const added = await json<{ id: string }>(
      tenant.api.post("/users", {
        firstName: "Ada",
        lastName: "Lovelace",
        email: `ada@${domain.domain}`,
      }),
    );
    expect(await json<object>(tenant.api.get(`/users/${added.id}`))).toMatchObject({
      emails: [{ verifiedAt: expect.any(String) }],
    });
  });

  test("is found again by the next look or by hand, and told anew when it goes anew", async () => {
    const { tenant, domain } = await aHouse();
    publishOf(domain, "weftid-domain-verification=other");
    await look(tenant);
    await look(tenant, { days: 3 });
    expect(await shownOf(tenant, domain)).toMatchObject({
      lastCheck: { outcome: "other", found: ["weftid-domain-verification=other"] },
    });
    publishOf(domain, domain.record.value);
    expect(await json<object>(tenant.api.post(`${path}/${domain.id}/check`))).toMatchObject({
      recordMissingSince: null,
    });
    publishOf(domain);
    await look(tenant);
    await look(tenant, { days: 3 });
    expect(await told(tenant)).toHaveLength(2);
    expect(await namesOf(tenant)).toEqual([
      "domain.record_missing",
      "domain.record_found",
      "domain.record_missing",
    ]);
  });

  test("where nobody answers is told after two weeks", async () => {
    const { tenant, boss, domain } = await aHouse();
    await house.asSuperuser(
      "update app.organisation_domains set domain = 'silent.example' where id = $1",
      [domain.id],
    );
    await look(tenant);
    await look(tenant, { days: 13 });
    expect(await told(tenant)).toEqual([]);
    expect(await read(tenant, boss, `${path}/${domain.id}`)).toContain(
      "The name servers did not answer",
    );
    await look(tenant);
    expect(await told(tenant)).toHaveLength(1);
  });
});

describe("nobody is asked about", () => {
  test("a domain that the operator vouches for, by the job or by hand", async () => {
    const tenant = await aTenant();
    const by = {
      actor: { kind: "operator", command: "test" } as const,
      post: tenant.post,
      now: house.clock.now(),
    };
    const { id } = await tenant.tenant.write((db) => proveByOperator(db, by, aDomain()));
    const before = house.peer.asked.length;
    await look(tenant);
    await tenant.api.post(`${path}/${id}/check`);
    expect(house.peer.asked.length).toBe(before);
    expect(await json<object>(tenant.api.get(`${path}/${id}`))).toMatchObject({
      recordMissingSince: null,
    });
  });

  test("a domain of another tenant, nor is their record missing", async () => {
    const [one, other] = [await aHouse(), await aHouse()];
    publishOf(other.domain);
    await look(one.tenant);
    await look(one.tenant, { days: 4 });
    expect(await shownOf(other.tenant, other.domain)).toMatchObject({ recordMissingSince: null });
    expect(await told(other.tenant)).toEqual([]);
  });
});

describe("the daily run", () => {
  test("queues a look for tenants that have proved a domain by its record, and for no other", async () => {
    const [one, none] = [(await aHouse()).tenant, await aTenant()];
    const queued: string[] = [];
    await lookForRecordsDaily.run({
      database: house.services.database,
      services: house.services,
      log: house.services.log,
      signal: AbortSignal.timeout(10_000),
      eachTenant: async (visit) => {
        for (const { tenant, subdomain } of [one, none]) await visit(tenant, subdomain);
      },
    });
    await queueIfProved(one.tenant);
    for (const { id } of [one, none]) {
      const rows = await house.asSuperuser<{ name: string }>(
        "select name from app.jobs where tenant_id = $1 and name = 'domains.look_for_records'",
        [id],
      );
      queued.push(rows.map(({ name }) => name).join());
    }
    expect(queued).toEqual(["domains.look_for_records", ""]);
  });
});
