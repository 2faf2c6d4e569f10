// Whose address a request counts for: the right-most hop of X-Forwarded-For that is not a proxy of ours (RFC 7239 §8.1 warns of the rest).
import { describe, expect, test } from "bun:test";
import { clientAddress, isTrusted, parseNetworks } from "#platform/http/client-address.ts";
import { testApp } from "../support/a-tenant.ts";
import { head, openConnection } from "./support/raw.ts";
import { serving } from "./support/serving.ts";

const app = await testApp();
const web = await serving(app, { TRUSTED_PROXIES: "127.0.0.2/32" });
const proxies = parseNetworks(["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8"]);

describe("clientAddress", () => {
  const table: readonly [what: string, peer: string, header: string | undefined, client: string][] =
    [
      ["no header: the peer", "10.0.0.1", undefined, "10.0.0.1"],
      ["one hop behind a proxy", "10.0.0.1", "203.0.113.7", "203.0.113.7"],
      [
        "a claim before the hop that the proxy saw",
        "10.0.0.1",
        "1.2.3.4, 203.0.113.7",
        "203.0.113.7",
      ],
      ["two proxies", "10.0.0.1", "203.0.113.7, 10.9.9.9", "203.0.113.7"],
      [
        "a claim to be a proxy, before the real hop",
        "10.0.0.1",
        "10.1.1.1, 203.0.113.7",
        "203.0.113.7",
      ],
      ["an untrusted peer says anything", "203.0.113.7", "1.2.3.4", "203.0.113.7"],
      ["an untrusted peer claims a proxy's address", "203.0.113.7", "10.0.0.1", "203.0.113.7"],
      ["all of them proxies: the left-most", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
      ["spaces and no spaces", "10.0.0.1", " 1.2.3.4 ,203.0.113.7 ", "203.0.113.7"],
      ["empty header", "10.0.0.1", "", "10.0.0.1"],
      ["an empty entry ends the walk", "10.0.0.1", "203.0.113.7,,10.0.0.2", "10.0.0.2"],
      ["nonsense ends the walk", "10.0.0.1", "203.0.113.7, unknown, 10.0.0.2", "10.0.0.2"],
      ["nonsense alone", "10.0.0.1", "unknown", "10.0.0.1"],
      ["an entry with a port is nonsense", "10.0.0.1", "203.0.113.7:4711", "10.0.0.1"],
      ["a script is nonsense", "10.0.0.1", "<script>", "10.0.0.1"],
      ["IPv6", "::1", "2001:db8::1", "2001:db8::1"],
      ["IPv6 proxy chain", "::1", "2001:db8::1, fd00::2", "2001:db8::1"],
      ["an IPv4 peer of a two-family socket", "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"],
      ["an untrusted IPv4 peer of such a socket", "::ffff:203.0.113.7", "1.2.3.4", "203.0.113.7"],
      ["a mapped hop", "10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"],
      ["loopback in another form is not the one named", "127.0.0.2", "1.2.3.4", "127.0.0.2"],
    ];

  test.each(table)("%s", (_, peer, header, client) => {
    expect(clientAddress(peer, header, proxies)).toBe(client);
  });

  test("without trusted proxies only the peer counts", () => {
    expect(clientAddress("127.0.0.1", "1.2.3.4", parseNetworks([]))).toBe("127.0.0.1");
  });
});

describe("isTrusted", () => {
  test.each([
    ["10.255.255.255", true],
    ["11.0.0.0", false],
    ["::ffff:10.1.2.3", true],
    ["fd00::1", true],
    ["fe80::1", false],
    ["", false],
    ["localhost", false],
  ])("%s: %p", (address, expected) => expect(isTrusted(address, proxies)).toBe(expected));

  test("a malformed network does not pass unseen", () => {
    expect(() => parseNetworks(["10.0.0.0/8", "10.0.0.0/abc"])).toThrow();
  });
});

describe("a request over a socket", () => {
  /** Creates or renames a group and answers the address in the audit trail. */
  async function addressSeen(
    peer: string,
    method: "POST" | "PUT",
    claimed: string,
  ): Promise<string> {
    const { aTenant, asSuperuser } = app;
    const tenant = await aTenant({ signedInAs: "admin" });
    const group = await tenant.aGroup();
    const path = method === "POST" ? "/groups" : `/groups/${group.id}?_method=patch`;
    const body = "name=Seen";
    const connection = await openConnection(web.port, peer);
    connection.write(
      head("POST", path, {
        host: new URL(tenant.origin).host,
        origin: tenant.origin,
        cookie: `__Host-session=${tenant.browser.cookies.get("__Host-session")?.value}`,
        "x-forwarded-for": claimed,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(body.length),
      }) + body,
    );
    expect((await connection.answer()).status).toBe(303);
    connection.close();
    const [event] = await asSuperuser<{ ip: string }>(
      `select actor->'origin'->>'ip' as ip from app.audit_events
       where tenant_id = $1 and name in ('group.created', 'group.renamed') order by id desc limit 1`,
      [tenant.id],
    );
    return event?.ip ?? "nothing was recorded";
  }

  test.each(["POST", "PUT"] as const)("%s: a proxy's word is taken", async (method) => {
    expect(await addressSeen("127.0.0.2", method, "203.0.113.7")).toBe("203.0.113.7");
  });

  // A form's `?_method=` makes another request of it: that one must not lose where it came from.
  test.each(["POST", "PUT"] as const)("%s: anybody else's is not", async (method) => {
    expect(await addressSeen("127.0.0.3", method, "203.0.113.7")).toBe("127.0.0.3");
  });
});
