// What the doctor finds out from the outside: names, certificates, the proxy's headers, hosts and cookies.
import { afterAll, describe, expect, test } from "bun:test";
import { probeHeader } from "#src/operations/doctor/probe.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { testApp } from "../../support/a-tenant.ts";
import { testApplication, testServices } from "../../support/services.ts";
import { createAuthority } from "../../platform/outbound/authority.ts";
import { aFront, caller, type Front, honest, type Manners } from "./front.ts";
import { examine, over } from "./support.ts";

const { database, settings, aTenant } = await testApp();
const { subdomain } = await aTenant();
const base = "id.example.com";
const host = `${subdomain}.${base}`;
const here = { A: ["127.0.0.1"] };
const zone = { [base]: here, [`*.${base}`]: here };

/** Services as in production, with the front's port as the public one. */
function servicesOf({ port }: Front, variables: Readonly<Record<string, string>> = {}) {
  const own = { BASE_DOMAIN: base, PUBLIC_PORT: String(port), SMTP_HOST: "mail.example.com" };
  return over(testServices(database, { variables: { ...own, ...variables } }), settings);
}

const front = await aFront([base, host]);
afterAll(() => front[Symbol.asyncDispose]());
const services = servicesOf(front);
const app = testApplication(services);
front.publish(zone);

async function look(name: string, manners: Partial<Manners> = {}) {
  front.manners = { ...honest, ...manners };
  front.application = (request, server) => app.fetch(request, server);
  return await examine(services, name, front.options);
}

describe("dns", () => {
  const names = (records: Readonly<Record<string, Readonly<Record<string, string[]>>>>) => {
    front.publish(records);
    return look("dns").finally(() => front.publish(zone));
  };

  test("is right where base and wildcard lead to the same places", async () => {
    const both = { A: ["192.0.2.1"], AAAA: ["2a00::1"] };
    const { findings } = await names({ [base]: both, [`*.${base}`]: both });
    // 192.0.2.0/24 is no public network.
    expect(findings).toMatchObject([
      { state: "warn", says: expect.stringContaining("192.0.2.1, which only") },
    ]);
    const open = { A: ["9.9.9.9"] };
    expect(await names({ [base]: open, [`*.${base}`]: { CNAME: [base] } })).toMatchObject({
      state: "ok",
    });
  });

  test.each([
    ["no base", { [`*.${base}`]: { A: ["9.9.9.9"] } }, "id.example.com. IN A 9.9.9.9"],
    ["nothing at all", {}, "id.example.com. IN A <the address of this server>"],
    ["no wildcard", { [base]: { A: ["9.9.9.9"] } }, "*.id.example.com. IN A 9.9.9.9"],
    [
      "a wildcard elsewhere",
      { [base]: { A: ["9.9.9.9"] }, [`*.${base}`]: { A: ["9.9.9.10"] } },
      "*.id.example.com. IN A 9.9.9.9",
    ],
    [
      "IPv6 at the base alone",
      { [base]: { A: ["9.9.9.9"], AAAA: ["2620:fe::fe"] }, [`*.${base}`]: { A: ["9.9.9.9"] } },
      "*.id.example.com. IN AAAA 2620:fe::fe",
    ],
  ])("with %s is repaired by a record", async (_, records, line) => {
    const report = await names(records);
    expect(report.state).toBe("fail");
    expect(report.findings[0]?.repair).toBe(line);
  });

  test("that says nothing is not taken for absence", async () => {
    const silent = servicesOf(front, { BASE_DOMAIN: "silent.example.com" });
    const report = await examine(silent, "dns", front.options);
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      says: expect.stringContaining("no answer in time"),
    });
  });
});

describe("tls", () => {
  test("names issuer and days of base domain and tenant", async () => {
    const report = await look("tls");
    expect(report.state).toBe("warn"); // eleven days of life, one left
    expect(report.findings.map(({ says }) => says.split(":")[0])).toEqual([base, host]);
    await using good = await aFront([base, host], { days: 80 });
    good.publish(zone);
    const fine = await examine(servicesOf(good), "tls", good.options);
    expect(fine.state).toBe("ok");
    expect(fine.findings[0]?.says).toMatch(/by Test authority \w+, (79|80) days left$/);
  });

  test.each([
    ["for another name", { names: ["other.example.com"], days: 80 }, "is for other.example.com"],
    ["for the base alone", { names: [base], days: 80 }, `${host}: the certificate is for ${base}`],
    ["that ran out", { names: [base, host], days: -2 }, "ran out 2 days ago"],
  ])("%s fails", async (_, { names, days }, words) => {
    await using bad = await aFront(names, { days });
    bad.publish(zone);
    const report = await examine(servicesOf(bad), "tls", bad.options);
    expect(report.state).toBe("fail");
    expect(report.findings.map(({ says }) => says).join("\n")).toContain(words);
  });

  test("of an authority that nobody here knows fails", async () => {
    await using bad = await aFront([base, host], { days: 80, believed: createAuthority() });
    bad.publish(zone);
    const report = await examine(servicesOf(bad), "tls", bad.options);
    expect(report.findings[0]).toMatchObject({
      state: "fail",
      says: expect.stringContaining("is not trusted here"),
      repair: expect.stringContaining("NODE_EXTRA_CA_CERTS="),
    });
    for (const name of ["proxy", "hosts"])
      expect(await examine(servicesOf(bad), name, bad.options)).toMatchObject({ state: "skipped" });
  });

  test("where nobody listens fails, where there is no name it is skipped", async () => {
    const nobody = servicesOf(front, { PUBLIC_PORT: "1" });
    expect(await examine(nobody, "tls", front.options)).toMatchObject({ state: "fail" });
    front.publish({});
    expect(await look("tls")).toMatchObject({ state: "skipped" });
    front.publish(zone);
  });
});

describe("proxy", () => {
  test("that replaces what callers say is honest", async () => {
    const { findings } = await look("proxy");
    expect(findings).toEqual([
      {
        state: "ok",
        says: `The proxy 172.18.0.5 names the caller (${caller}) and the host`,
        repair: null,
      },
    ]);
  });

  const wrong: readonly (readonly [string, Partial<Manners>, string, string])[] = [
    ["passes on what callers say", { inward: () => undefined }, "fail", "anybody can choose"],
    [
      "says nothing about callers",
      { inward: (headers) => headers.delete("x-forwarded-for") },
      "fail",
      "does not send X-Forwarded-For",
    ],
    [
      "appends, in front of a private caller",
      {
        inward: (headers) =>
          headers.set("x-forwarded-for", `${headers.get("x-forwarded-for")}, 10.1.2.3`),
      },
      "warn",
      "those in trusted networks",
    ],
    [
      "stands where nobody believes it",
      { address: "198.51.100.200" },
      "fail",
      "not in TRUSTED_PROXIES",
    ],
    [
      "has a host of its own",
      {
        inward: (headers) => {
          honest.inward(headers);
          headers.set("host", "app:8000");
        },
      },
      "fail",
      "into app:8000",
    ],
    [
      "forgets about https",
      {
        inward: (headers) => {
          honest.inward(headers);
          headers.set("x-forwarded-proto", "http");
        },
      },
      "warn",
      "come by http",
    ],
    [
      "drops the answer's header",
      { outward: (headers) => headers.delete(probeHeader) },
      "fail",
      "not as this installation",
    ],
  ];
  test.each(wrong)("that %s", async (_, manners, state, words) => {
    const report = await look("proxy", manners);
    expect([state, report.findings]).toEqual([report.state, report.findings]);
    expect(report.findings[0]?.says).toContain(words);
    expect(report.findings[0]?.repair).not.toBeNull();
  });

  test("that appends a public caller is honest, since the right-most counts", async () => {
    const report = await look("proxy", {
      inward: (headers) =>
        headers.set("x-forwarded-for", `${headers.get("x-forwarded-for")}, ${caller}`),
    });
    expect(report.state).toBe("ok");
  });

  test("that is not believed is repaired by the setting", async () => {
    const { findings } = await look("proxy", { address: "198.51.100.200" });
    expect(findings[0]?.repair).toStartWith("TRUSTED_PROXIES=198.51.100.200/32 ");
  });

  test("in front of another installation is noticed", async () => {
    const other = testServices(database, { variables: { BASE_DOMAIN: base } });
    const keys = createKeyring({ current: "another key of another installation, long enough" });
    const stranger = testApplication({ ...other, keys });
    front.application = (request, server) => stranger.fetch(request, server);
    front.manners = honest;
    const report = await examine(services, "proxy", front.options);
    expect(report.findings[0]?.says).toContain("not as this installation");
  });
});

describe("hosts", () => {
  test("are right in front of the application as it is", async () => {
    expect(await look("hosts")).toMatchObject({ state: "ok" });
  });

  const wrong: readonly (readonly [string, Partial<Manners>, string])[] = [
    [
      "a host rewritten",
      {
        inward: (headers) => {
          honest.inward(headers);
          headers.set("host", host);
        },
      },
      "doctor.invalid gets 200 instead of 404",
    ],
    ["the internal pages open", { leaks: true }, "/internal/doctor can be reached"],
    [
      "the cookies dropped",
      { outward: (headers) => headers.delete("set-cookie") },
      "sets no cookie",
    ],
    [
      "the cookies widened",
      {
        outward: (headers) => {
          const cookies = headers.getSetCookie();
          headers.delete("set-cookie");
          for (const cookie of cookies) headers.append("set-cookie", `${cookie}; Domain=${base}`);
        },
      },
      "changes cookies",
    ],
    [
      "Secure taken away",
      {
        outward: (headers) => {
          const cookies = headers.getSetCookie();
          headers.delete("set-cookie");
          for (const cookie of cookies)
            headers.append("set-cookie", cookie.replace(/; Secure/i, ""));
        },
      },
      "changes cookies",
    ],
    [
      "HSTS taken away",
      { outward: (headers) => headers.delete("strict-transport-security") },
      "Strict-Transport-Security",
    ],
  ];
  test.each(wrong)("with %s", async (_, manners, words) => {
    const report = await look("hosts", manners);
    expect(["warn", "fail"]).toContain(report.state);
    expect(report.findings.map(({ says }) => says).join("\n")).toContain(words);
  });
});

describe("an installation for development", () => {
  test.each(["dns", "tls", "proxy", "hosts"])("skips %s with a sentence", async (name) => {
    const variables = { BASE_DOMAIN: "weft.localhost", IS_DEV: "true" };
    const local = over(testServices(database, { variables }), settings);
    const report = await examine(local, name, front.options);
    expect(report).toMatchObject({
      state: "skipped",
      findings: [{ says: expect.stringContaining("weft.localhost") }],
    });
  });
});
