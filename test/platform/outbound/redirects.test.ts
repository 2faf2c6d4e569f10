// Where another server may send us, and names that change their address while we ask.
import { describe, expect, test } from "bun:test";
import { texts } from "#platform/outbound/texts.ts";
import { refusal, serve, wayOut } from "./peers.ts";

describe("redirects", () => {
  const hops = (request: Request) => {
    const left = Number(new URL(request.url).pathname.slice(1));
    return left > 0 ? Response.redirect(`/${left - 1}`, 302) : new Response("arrived");
  };
  const to =
    (location: string, status = 302) =>
    () =>
      new Response("x".repeat(10_000), { status, headers: { location } });

  test("are followed at the same place, as often as allowed", async () => {
    await using server = serve(hops);
    const { outbound } = wayOut();
    expect((await outbound.fetch(`${server.origin}/3`, { redirects: 3 })).text()).toBe("arrived");
    expect(await refusal(outbound.fetch(`${server.origin}/3`, { redirects: 2 }))).toEqual([
      "outbound.refused",
      texts.redirected("idp.test"),
    ]);
    expect((await refusal(outbound.fetch(`${server.origin}/1`)))[0]).toBe("outbound.refused");
  });

  for (const [what, location] of [
    ["another host", "https://other.test/"],
    ["a private address", "http://127.0.0.1/"],
    ["the metadata service", "http://169.254.169.254/latest/meta-data/"],
    ["another port", "https://idp.test:1/"],
    ["a host with a user name that looks like ours", "https://idp.test@other.test/"],
    ["a scheme without a host", "file:///etc/passwd"],
    ["nonsense", "https://["],
  ] as const) {
    test(`to ${what} are refused`, async () => {
      await using server = serve(to(location));
      const [code, reason] = await refusal(
        wayOut().outbound.fetch(server.origin, { redirects: 3 }),
      );
      expect(code).toBe("outbound.refused");
      expect(String(reason)).toStartWith("idp.test sends on to ");
    });
  }

  test("from https to http are refused", async () => {
    await using server = serve((request) => to(request.url.replace("https:", "http:"))());
    expect((await refusal(wayOut().outbound.fetch(server.origin, { redirects: 3 })))[0]).toBe(
      "outbound.refused",
    );
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`of a POST are refused (${status})`, async () => {
      const asked: string[] = [];
      await using server = serve((request) => {
        const path = new URL(request.url).pathname;
        asked.push(path);
        return path === "/done" ? new Response("repeated") : to("/done", status)();
      });
      const request = { method: "POST", body: "x", redirects: 3 } as const;
      expect((await refusal(wayOut().outbound.fetch(server.origin, request)))[0]).toBe(
        "outbound.refused",
      );
      expect(asked).toEqual(["/"]);
    });
  }

  test("look the name up again, and refuse it when it has moved to where nobody may connect", async () => {
    let answers = ["127.0.0.1"];
    await using server = serve(() => {
      answers = ["169.254.169.254"];
      return Response.redirect("/again", 302);
    });
    const { outbound } = wayOut({ resolve: () => Promise.resolve(answers) });
    expect(await refusal(outbound.fetch(server.origin, { redirects: 1 }))).toEqual([
      "outbound.refused",
      texts.notPublic("idp.test"),
    ]);
  });
});

test("a name that changes its address between check and connection is looked up once", async () => {
  let lookups = 0;
  await using server = serve(() => new Response("checked"));
  const { outbound } = wayOut({
    resolve: () => {
      lookups += 1;
      return Promise.resolve([lookups === 1 ? "127.0.0.1" : "127.9.9.9"]);
    },
  });
  expect((await outbound.fetch(server.origin)).text()).toBe("checked");
  expect(lookups).toBe(1);
});
