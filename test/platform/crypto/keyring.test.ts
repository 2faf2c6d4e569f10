// Sealed secrets open in their place, for their purpose, under a known key, and nowhere else.
import { describe, expect, test } from "bun:test";
import { createKeyring, UnreadableSecret } from "#platform/crypto/keyring.ts";

const place = { tenantId: "t1", table: "mails", row: "r1", column: "sealed" };
const keys = createKeyring({ current: "correct horse" });

describe("seal and open", () => {
  test("gives back text and bytes", () => {
    expect(keys.open("mail", place, keys.seal("mail", place, "grüße")).toString()).toBe("grüße");
    const bytes = new Uint8Array([0, 255, 1]);
    expect([...keys.open("totp-secret", place, keys.seal("totp-secret", place, bytes))]).toEqual([
      0, 255, 1,
    ]);
    expect(keys.open("mail", place, keys.seal("mail", place, ""))).toHaveLength(0);
  });

  test("makes another ciphertext each time", () => {
    expect(keys.seal("mail", place, "x")).not.toEqual(keys.seal("mail", place, "x"));
  });

  test("lets the same secret open it in another process", () => {
    const sealed = keys.seal("mail", place, "x");
    expect(createKeyring({ current: "correct horse" }).open("mail", place, sealed).toString()).toBe(
      "x",
    );
  });

  for (const moved of [
    { ...place, tenantId: "t2" },
    { ...place, table: "users" },
    { ...place, row: "r2" },
    { ...place, column: "body" },
    { ...place, tenantId: "t1m", table: "ails" },
    { tenantId: 't1","mails', table: "r1", row: "sealed", column: "" },
  ]) {
    test(`refuses a ciphertext moved to ${Object.values(moved).join("/")}`, () => {
      expect(() => keys.open("mail", moved, keys.seal("mail", place, "x"))).toThrow(
        UnreadableSecret,
      );
    });
  }

  test("refuses another purpose", () => {
    expect(() => keys.open("saml-key", place, keys.seal("mail", place, "x"))).toThrow(
      UnreadableSecret,
    );
  });

  test("refuses every single changed byte", () => {
    const sealed = keys.seal("mail", place, "secret");
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => keys.open("mail", place, changed)).toThrow(UnreadableSecret);
    }
  });

  test("refuses what is too short to be a ciphertext", () => {
    const sealed = keys.seal("mail", place, "");
    expect(() => keys.open("mail", place, sealed.subarray(0, -1))).toThrow(UnreadableSecret);
    expect(() => keys.open("mail", place, Buffer.alloc(0))).toThrow(UnreadableSecret);
    expect(() => keys.keyIdOf(Buffer.from("plain text that was never sealed at all"))).toThrow(
      UnreadableSecret,
    );
  });
});

describe("a new SECRET_KEY", () => {
  const next = createKeyring({ current: "battery staple", previous: "correct horse" });

  test("opens what the previous one sealed and asks for it to be sealed again", () => {
    const sealed = keys.seal("mail", place, "x");
    expect(next.open("mail", place, sealed).toString()).toBe("x");
    expect(next.needsReseal(sealed)).toBe(true);
    expect(next.keyIdOf(sealed)).toBe(keys.keyIdOf(sealed));
  });

  test("seals under itself", () => {
    const sealed = next.seal("mail", place, "x");
    expect(next.needsReseal(sealed)).toBe(false);
    expect(next.keyIdOf(sealed)).not.toBe(keys.keyIdOf(keys.seal("mail", place, "x")));
    expect(() => keys.open("mail", place, sealed)).toThrow(UnreadableSecret);
  });

  test("gives one error for an unknown key and for a changed row", () => {
    const message = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return String(error);
      }
      return "nothing thrown";
    };
    const unknownKey = message(() => keys.open("mail", place, next.seal("mail", place, "x")));
    const moved = message(() =>
      keys.open("mail", { ...place, row: "r2" }, keys.seal("mail", place, "x")),
    );
    expect(unknownKey).toBe(moved);
    expect(unknownKey).toContain("UnreadableSecret");
  });
});

describe("mac", () => {
  const next = createKeyring({ current: "battery staple", previous: "correct horse" });

  test("differs by purpose, data and secret", () => {
    const mac = keys.mac("csrf", "a");
    expect(mac).toHaveLength(32);
    expect(keys.mac("csrf", "a")).toEqual(mac);
    expect(keys.mac("csrf", "b")).not.toEqual(mac);
    expect(keys.mac("cursor", "a")).not.toEqual(mac);
    expect(next.mac("csrf", "a")).not.toEqual(mac);
  });

  test("is accepted under the previous key and refused under an unknown one", () => {
    expect(next.checkMac("csrf", "a", keys.mac("csrf", "a"))).toBe(true);
    expect(next.checkMac("csrf", "a", next.mac("csrf", "a"))).toBe(true);
    expect(keys.checkMac("csrf", "a", next.mac("csrf", "a"))).toBe(false);
    expect(keys.checkMac("csrf", "b", keys.mac("csrf", "a"))).toBe(false);
    expect(keys.checkMac("csrf", "a", keys.mac("csrf", "a").subarray(0, 16))).toBe(false);
  });
});
