// A domain has to be proved before it does anything: what the name servers say, and what each answer says to the person.
import { describe, expect, test } from "bun:test";
import { proveByOperator } from "#features/domains/index.ts";
import { aDomain, added, codeOf, houseWithDns, json, path, proved, type Shown } from "./support.ts";

const house = await houseWithDns();
const { aTenant } = house;

const checked = async (tenant: { api: { post(to: string): Promise<Response> } }, id: string) =>
  json<Shown>(tenant.api.post(`${path}/${id}/check`));

describe("a domain", () => {
  test("is added without effect, and proved by its record", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const { browser } = tenant;
    const domain = aDomain();
    expect(await (await browser.get(path)).text()).toContain("No domain yet");
    const sent = await browser.post(path, { domain: ` @${domain.toUpperCase()} ` });
    const page = sent.headers.get("location") ?? "";
    expect([sent.status, page.startsWith(`${path}/`)]).toEqual([303, true]);
    const waiting = await json<Shown>(browser.json(page));
    expect(waiting.record.value).toMatch(/^weftid-domain-verification=[0-9a-f]{40}$/);
    expect<unknown>(waiting).toMatchObject({
      domain,
      provedAt: null,
      provedHow: null,
      addedBy: { id: tenant.me.id },
      record: { type: "TXT", name: `_weftid-challenge.${domain}` },
      lastCheck: null,
      groups: [],
    });
    const html = await (await browser.get(page)).text();
    for (const said of [waiting.record.name, waiting.record.value, "Check now", "Not proved"])
      expect(html).toContain(said);
    expect(html).toContain(`weft domain prove --tenant ${tenant.subdomain} --domain ${domain}`);

    house.publish({
      [waiting.record.name]: { TXT: ["v=spf1 -all", `${waiting.record.value} `] },
    });
    expect((await browser.post(`${page}/check`)).headers.get("location")).toBe(page);
    const after = await json<Shown>(browser.json(page));
    expect(after).toMatchObject({ provedHow: "dns", provedAt: expect.any(String) });
    expect(await (await browser.get(page)).text()).toContain("What this domain does");
    expect(await (await browser.get(path)).text()).toContain("Proved");
    expect((await tenant.events()).filter(({ name }) => name.startsWith("domain."))).toMatchObject([
      { name: "domain.added", actorKind: "user", data: { domain } },
      { name: "domain.proved", actorKind: "user", data: { domain, how: "dns" } },
    ]);
  });

  test("is told to every super administrator when it is proved, whoever did it, and once", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const other = await aTenant({ signedInAs: "super_admin" });
    const [first, second] = [
      await tenant.aUser({ role: "super_admin" }),
      await tenant.aUser({ role: "super_admin" }),
    ];
    await tenant.aUser({ role: "super_admin", state: "deactivated" });
    const domain = aDomain();
    const { id, record } = await added(tenant.api, domain);
    await tenant.browser.post(`${path}/${id}/check`);
    expect(await tenant.mails()).toEqual([]);
    house.publish({ [record.name]: { TXT: [record.value] } });
    for (const _ of [1, 2]) await tenant.browser.post(`${path}/${id}/check`);
    const told = await tenant.mails();
    expect(told.map(({ to }) => to).toSorted()).toEqual([first.email, second.email].toSorted());
    for (const { subject, text } of told) {
      expect(subject).toContain(`${domain} is proved to be a domain of`);
      expect(text).toContain(`(${tenant.me.email}) has shown that ${domain}`);
      expect(text).toContain("The addresses of new people need no confirmation");
      expect(text).toContain(`${path}/${id}`);
    }
    expect(await other.mails()).toEqual([]);
    // On the operator's word, too, and the second time not.
    const named = aDomain();
    const by = {
      actor: { kind: "operator", command: "test" } as const,
      post: tenant.post,
      now: house.clock.now(),
    };
    for (const _ of [1, 2]) await tenant.tenant.write((db) => proveByOperator(db, by, named));
    const later = (await tenant.mails()).slice(told.length);
    expect(later.map(({ to }) => to).toSorted()).toEqual([first.email, second.email].toSorted());
    expect(later[0]?.text).toContain(`Whoever runs the server has vouched that ${named}`);
  });

  test("that is proved stays as it was proved when it is checked again", async () => {
    const tenant = await aTenant();
    const domain = await proved(house, tenant, aDomain());
    expect(await checked(tenant, domain.id)).toMatchObject({
      provedAt: domain.provedAt,
      recordMissingSince: null,
    });
    expect(await tenant.events("domain.proved")).toHaveLength(1);
  });

  test("is told plainly why it is not proved", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const answers: [string, { outcome: string; found: string[] }, string][] = [
      [aDomain(), { outcome: "nothing", found: [] }, "The record is not there yet"],
      [
        "another-value.example",
        { outcome: "other", found: ["weftid-domain-verification=other", "nul: � end", "third"] },
        "There is a record, but another one",
      ],
      ["silent.example", { outcome: "unreachable", found: [] }, "did not answer"],
      ["broken.example", { outcome: "unreachable", found: [] }, "did not answer"],
    ];
    house.publish({
      "_weftid-challenge.another-value.example": {
        TXT: ["weftid-domain-verification=other", "nul: \0 end", "third", "fourth"],
      },
    });
    for (const [domain, lastCheck, said] of answers) {
      const { id } = await added(tenant.api, domain);
      expect(await checked(tenant, id)).toMatchObject({ provedAt: null, lastCheck });
      const html = await (await tenant.browser.get(`${path}/${id}`)).text();
      expect(html).toContain(said);
      for (const value of lastCheck.found) expect(html).toContain(value);
    }
    expect((await tenant.events("domain.checked")).map(({ data }) => data["outcome"])).toEqual([
      "nothing",
      "other",
      "unreachable",
      "unreachable",
    ]);
    expect(await tenant.events("domain.proved")).toEqual([]);
  });

  test("is removed on a page that says what ends, and added again with another record", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const domain = await proved(house, tenant, aDomain());
    await tenant.aUser({ email: `ada@${domain.domain}` });
    const html = await (await tenant.browser.get(`${path}/${domain.id}/removal`)).text();
    expect(html).toContain(`Remove ${domain.domain}?`);
    expect(html).toContain("1 person with a verified address there keeps it");
    const gone = await tenant.browser.delete(`${path}/${domain.id}`);
    expect(gone.headers.get("location")).toBe(path);
    expect(await codeOf(tenant.api.get(`${path}/${domain.id}`))).toEqual([
      404,
      "domains.not_found",
    ]);
    expect(await tenant.events("domain.removed")).toMatchObject([
      { data: { domain: domain.domain, wasProved: true, groups: [] } },
    ]);
    const again = await added(tenant.api, domain.domain);
    expect(again.record.value).not.toBe(domain.record.value);
    expect(await checked(tenant, again.id)).toMatchObject({ lastCheck: { outcome: "other" } });
  });
});

describe("refuses", () => {
  test("what is nobody's own, naming the field", async () => {
    const { api } = await aTenant();
    const said = async (domain: string) => {
      const answer = await api.post(path, { domain });
      return [answer.status, (await json<{ errors: { domain: string } }>(answer)).errors.domain];
    };
    for (const suffix of ["com", "co.uk", "github.io", "xn--p1ai"])
      expect(await said(suffix)).toEqual([422, expect.stringContaining(`below ${suffix}`)]);
    for (const wrong of ["localhost", "1.2.3.4", "a b.example", "https://example.com/"])
      expect(await said(wrong)).toEqual([422, "Type a domain such as example.com"]);
    expect((await said(""))[0]).toBe(422);
  });

  test("a second time, and shows the form again with what was typed", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const { domain } = await added(tenant.api, aDomain());
    expect(await codeOf(tenant.api.post(path, { domain }))).toEqual([409, "domains.exists"]);
    const answer = await tenant.browser.post(path, { domain });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(`value="${domain}"`);
  });

  test("more than 100", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    await tenant.tenant.write((db) =>
      db
        .insertInto("organisation_domains")
        .values(
          Array.from({ length: 100 }, (_, n) => ({
            domain: `many${n}.example`,
            proof_token: "0".repeat(40),
          })),
        )
        .execute(),
    );
    expect(await codeOf(tenant.api.post(path, { domain: aDomain() }))).toEqual([
      409,
      "domains.too_many",
    ]);
    expect(await (await tenant.browser.get(path)).text()).toContain("as many as there can be");
  });

  test("members, and a proof that is too old to add or remove", async () => {
    const member = await aTenant({ signedInAs: "member" });
    expect((await member.browser.get(path)).status).toBe(403);
    const admin = await aTenant({ signedInAs: "admin" });
    const { id } = await added(admin.api, aDomain());
    house.clock.advance({ minutes: 11 });
    expect((await admin.browser.post(path, { domain: aDomain() })).status).toBe(403);
    expect((await admin.browser.delete(`${path}/${id}`)).status).toBe(403);
  });

  test("checks without end, without asking anybody", async () => {
    const tenant = await aTenant();
    const { id } = await added(tenant.api, aDomain());
    for (let n = 0; n < 60; n += 1) await checked(tenant, id);
    const before = house.peer.asked.length;
    const answer = await tenant.api.post(`${path}/${id}/check`);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(await codeOf(answer)).toEqual([429, "domains.too_many_checks"]);
    expect(house.peer.asked.length).toBe(before);
    expect(await (await tenant.api.get("/limits")).text()).toContain("domains.checks");
  });

  test("scripts what their areas leave out", async () => {
    const tenant = await aTenant();
    const group = await tenant.aGroup();
    const domain = await proved(house, tenant, aDomain());
    const limitedTo = async (areas: string[]) => {
      const script = await tenant.script("admin");
      await tenant.tenant.write((db) =>
        db
          .updateTable("api_clients")
          .set({ areas })
          .where("id", "=", ({ selectFrom }) =>
            selectFrom("api_clients")
              .select("id")
              .where("name", "=", "test admin")
              .orderBy("id", "desc")
              .limit(1),
          )
          .execute(),
      );
      return script;
    };
    const domains = await limitedTo(["domains"]);
    expect((await domains.post(path, { domain: aDomain() })).status).toBe(201);
    const link = `${path}/${domain.id}/groups`;
    expect((await domains.post(link, { groupId: group.id })).status).toBe(403);
    const groups = await limitedTo(["groups"]);
    expect((await groups.post(path, { domain: aDomain() })).status).toBe(403);
    expect((await groups.post(link, { groupId: group.id })).status).toBe(201);
  });
});

describe("two tenants of an installation", () => {
  test("prove one domain each by a record of its own, and neither by the other's", async () => {
    const [one, other] = [await aTenant(), await aTenant()];
    const domain = aDomain();
    const [first, second] = [await added(one.api, domain), await added(other.api, domain)];
    expect(first.record.value).not.toBe(second.record.value);
    house.publish({ [first.record.name]: { TXT: [first.record.value] } });
    expect(await checked(other, second.id)).toMatchObject({
      provedAt: null,
      lastCheck: { outcome: "other", found: [first.record.value] },
    });
    house.publish({ [first.record.name]: { TXT: [first.record.value, second.record.value] } });
    expect(await checked(other, second.id)).toMatchObject({ provedHow: "dns" });
    expect(await checked(one, first.id)).toMatchObject({ provedHow: "dns" });
  });

  test("neither see nor touch each other's", async () => {
    const [one, other] = [await aTenant(), await aTenant()];
    const domain = await proved(house, one, aDomain());
    const group = await one.aGroup();
    expect(await json(other.api.get(path))).toEqual({ items: [] });
    const at = `${path}/${domain.id}`;
    for (const sent of [
      other.api.get(at),
      other.api.post(`${at}/check`),
      other.api.delete(at),
      other.api.post(`${at}/groups`, { groupId: group.id }),
      other.api.delete(`${at}/groups/${group.id}`),
      other.api.post(`${at}/groups/${group.id}/members`),
    ])
      expect((await sent).status).toBe(404);
    expect(await json(one.api.get(at))).toMatchObject({ provedAt: domain.provedAt, groups: [] });
  });
});

describe("at the same moment", () => {
  test("two checks prove it once", async () => {
    const tenant = await aTenant();
    const { id, record } = await added(tenant.api, aDomain());
    house.publish({ [record.name]: { TXT: [record.value] } });
    await Promise.all([checked(tenant, id), checked(tenant, id), checked(tenant, id)]);
    expect(await tenant.events("domain.proved")).toHaveLength(1);
  });

  test("it is added twice and there once", async () => {
    const tenant = await aTenant();
    const domain = aDomain();
    const sent = await Promise.all([1, 2, 3].map(() => tenant.api.post(path, { domain })));
    expect(sent.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });
});
