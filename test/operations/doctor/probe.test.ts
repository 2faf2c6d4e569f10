// The header that the doctor's own requests carry: nobody else gets anything for it, and nobody else can read the answer.
import { describe, expect, test } from "bun:test";
import { aProbe, probeHeader, readSeen } from "#src/operations/doctor/probe.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { testApp } from "../../support/a-tenant.ts";

const { services, app, clock } = await testApp();
const peer = { requestIP: () => ({ address: "172.18.0.5" }) };
const ask = (code: string | null, path = "/livez") =>
  app.fetch(
    new Request(`http://id.weft.test${path}`, {
      headers: {
        host: "id.weft.test",
        "x-forwarded-for": "198.51.100.7",
        ...(code === null ? {} : { [probeHeader]: code }),
      },
    }),
    peer,
  );
const headerOf = async (code: string | null, path?: string) =>
  (await ask(code, path)).headers.get(probeHeader);

describe("GET /livez with a probe", () => {
  test("tells whoever holds the key what arrived", async () => {
    const probe = aProbe(services.keys, clock.now());
    const header = await headerOf(probe.code);
    expect(readSeen(services.keys, probe, header)).toEqual({
      peer: "172.18.0.5",
      isPeerTrusted: true,
      client: "198.51.100.7",
      host: "id.weft.test",
      forwardedFor: "198.51.100.7",
      forwardedProto: null,
    });
    expect(header).not.toContain("198.51");
  });

  test("cannot be read with another key, nor as the answer to another probe", async () => {
    const probe = aProbe(services.keys, clock.now());
    const header = await headerOf(probe.code);
    const others = createKeyring({ current: "another key of another installation, long enough" });
    expect(readSeen(others, probe, header)).toBeNull();
    expect(readSeen(services.keys, aProbe(services.keys, clock.now()), header)).toBeNull();
    expect(readSeen(services.keys, probe, "AAAA")).toBeNull();
    expect(readSeen(services.keys, probe, null)).toBeNull();
  });

  test("is answered like any other without a right code", async () => {
    const { code } = aProbe(services.keys, clock.now());
    const others = createKeyring({ current: "another key of another installation, long enough" });
    const wrong = [
      null,
      "",
      "x",
      `${code.slice(0, -2)}${code.endsWith("AA") ? "BB" : "AA"}`,
      code.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
      code.replace(/\.(\d+)\./, (_, until: string) => `.${Number(until) + 60_000}.`),
      aProbe(others, clock.now()).code,
      aProbe(services.keys, new Date(clock.now().getTime() - 61_000)).code,
      "x".repeat(5_000),
    ];
    for (const one of wrong) {
      const answer = await ask(one);
      expect([one, answer.status, answer.headers.get(probeHeader)]).toEqual([one, 200, null]);
      expect(await answer.text()).toBe("alive\n");
    }
  });

  test("is answered at its own path alone", async () => {
    const { code } = aProbe(services.keys, clock.now());
    for (const path of ["/healthz", "/readyz", "/", "/livez/x"])
      expect([path, await headerOf(code, path)]).toEqual([path, null]);
  });
});
