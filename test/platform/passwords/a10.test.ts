// Attack case A10: a megabyte as a password, a zero byte, two Unicode forms, and the 72 bytes of bcrypt.
import { describe, expect, test } from "bun:test";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { assessPassword } from "#platform/passwords/strength.ts";

const passwords = createPasswordHasher();
const policy = { minLength: 15, minScore: 3, inputs: [] } as const;
const bcrypt = (password: string) => Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });

describe("A10: password of 1 MB, null byte, NFC and NFD, 72 bytes of an imported bcrypt", () => {
  test("1 MB as a password is refused before anything is computed with it", async () => {
    const megabyte = "a".repeat(1_000_000);
    const begun = performance.now();
    expect(await passwords.verify(megabyte, await bcrypt("a"))).toBe(false);
    expect((await assessPassword(megabyte, policy)).problems).toEqual(["too_long"]);
    expect(await passwords.hash(megabyte).catch(() => "refused")).toBe("refused");
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test("a password of 256 characters counts to its last one", async () => {
    const long = `${"correct horse battery staple ".repeat(9).slice(0, 255)}x`;
    const stored = await passwords.hash(long);
    expect(await passwords.verify(long, stored)).toBe(true);
    expect(await passwords.verify(`${long.slice(0, -1)}y`, stored)).toBe(false);
    const { problems } = await assessPassword(
      `${"otter lantern velvet quarry ".repeat(8)}end`,
      policy,
    );
    expect(problems).toEqual([]);
  });

  test("a zero byte is a character like any other: what follows it counts", async () => {
    const stored = await passwords.hash("otter\0lantern");
    expect(await passwords.verify("otter\0lantern", stored)).toBe(true);
    expect(await passwords.verify("otter", stored)).toBe(false);
    expect(await passwords.verify("otter\0velvet", stored)).toBe(false);
  });

  test("a zero byte after the password does not open an imported bcrypt hash", async () => {
    const stored = await bcrypt("otter");
    expect(await passwords.verify("otter", stored)).toBe(true);
    expect(await passwords.verify("otter\0anything", stored)).toBe(false);
    // bcrypt repeats the text with its closing zero byte: to it these two are one.
    expect(await passwords.verify("otter\0otter", stored)).toBe(false);
    expect(await passwords.verify("\0", await bcrypt("x"))).toBe(false);
  });

  test("NFC and NFD are one password, for our hashes and for imported ones", async () => {
    const [composed, decomposed] = ["gr\u00fc\u00dfe-lampe", "gru\u0308\u00dfe-lampe"];
    const ours = await passwords.hash(decomposed);
    expect(await passwords.verify(composed, ours)).toBe(true);
    const imported = await bcrypt(composed);
    expect(await passwords.verify(decomposed, imported)).toBe(true);
  });

  test("what another system hashed as it was typed, undecomposed, still opens when typed so", async () => {
    const decomposed = "gru\u0308\u00dfe-lampe";
    expect(await passwords.verify(decomposed, await bcrypt(decomposed))).toBe(true);
  });

  test("of an imported bcrypt hash 72 bytes count, as they did where it was made", async () => {
    const exactly = "k".repeat(71) + "z";
    const stored = await bcrypt(exactly);
    expect(await passwords.verify(exactly, stored)).toBe(true);
    // Whoever had a longer password there signs in with it once; from then on all of it counts.
    expect(await passwords.verify(`${exactly}-and-more`, stored)).toBe(true);
    expect(await passwords.verify(exactly.slice(0, 71), stored)).toBe(false);
    expect(await passwords.verify(`${"k".repeat(72)}-and-more`, stored)).toBe(false);
    const ours = await passwords.hash(`${exactly}-and-more`);
    expect(await passwords.verify(exactly, ours)).toBe(false);
  });

  test("a character across the boundary of 72 bytes is cut where it was cut before", async () => {
    const across = `${"k".repeat(71)}é`;
    const made = await Bun.password.hash(Buffer.from(across).subarray(0, 72), {
      algorithm: "bcrypt",
      cost: 4,
    });
    expect(await passwords.verify(across, made)).toBe(true);
  });
});
