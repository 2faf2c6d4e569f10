// People brought along from another system with the hash of their password.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { throughPassword } from "../sign-in/support.ts";

const world = await testApp();
const grace = { firstName: "Grace", lastName: "Hopper", email: "grace@example.com" };
const bcrypt = (password = goodPassword) =>
  Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });
const ssha512 = (password: string) => {
  const salt = Buffer.from("saltsalt");
  const digest = new Bun.CryptoHasher("sha512").update(password).update(salt).digest();
  return `{SSHA512}${Buffer.concat([digest, salt]).toString("base64")}`;
};
const rowOf = async ({ tenant }: TestTenant, email = grace.email) =>
  tenant.read((db) =>
    db
      .selectFrom("users as u")
      .innerJoin("user_emails as e", "e.user_id", "u.id")
      .select([
        "u.id",
        "u.password_hash as hash",
        "u.password_length as length",
        "u.password_score as score",
        "u.password_changed_at as changedAt",
        "u.breach_mac as mac",
      ])
      .where("e.email", "=", email)
      .executeTakeFirst(),
  );

describe("POST /users with passwordHash", () => {
  test("adds somebody active with a verified address, invites nobody, and keeps the hash out of the trail", async () => {
    const tenant = await world.aTenant();
    const passwordHash = await bcrypt();
    const answer = await tenant.api.post("/users", { ...grace, passwordHash, emailVerified: true });
    expect(answer.status).toBe(201);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ ...grace, state: "active", role: "member" });
    expect(text).not.toContain("$2b$");
    expect(await tenant.mails()).toEqual([]);
    expect(await tenant.events("user.password_imported")).toMatchObject([
      { data: { form: "bcrypt" }, actorKind: "client" },
    ]);
    expect(JSON.stringify(await tenant.events())).not.toContain(passwordHash.slice(10));
  });

  test("the password signs in; from then on the hash is ours and the password is measured", async () => {
    const tenant = await world.aTenant();
    for (const [email, passwordHash] of [
      ["bcrypt@example.com", await bcrypt()],
      ["ldap@example.com", ssha512(goodPassword)],
    ] as const) {
      await tenant.api.post("/users", { ...grace, email, passwordHash, emailVerified: true });
      const before = await rowOf(tenant, email);
      expect(before).toMatchObject({ length: null, score: null, mac: null, changedAt: null });
      expect((await throughPassword(tenant.newBrowser(), email, "wrong one")).status).toBe(422);
      expect(await rowOf(tenant, email)).toEqual(before);
      const answer = await throughPassword(tenant.newBrowser(), email);
      expect(answer.headers.get("location")).toBe("/sign-in/code");
      const after = await rowOf(tenant, email);
      expect(after?.hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
      expect(after).toMatchObject({ length: goodPassword.length, score: 4 });
      expect(after?.mac).toHaveLength(32);
      const again = await throughPassword(tenant.newBrowser(), email);
      expect(again.headers.get("location")).toBe("/sign-in/code");
    }
  });

  test("is refused with the field's name: what is no hash, too costly, unverified, or half", async () => {
    const tenant = await world.aTenant();
    const passwordHash = await bcrypt();
    const problems = async (more: object) => {
      const answer = await tenant.api.post("/users", { ...grace, ...more });
      const { errors } = (await answer.json()) as { errors: Record<string, string> };
      return [answer.status, errors];
    };
    const emailVerified = true;
    expect(await problems({ passwordHash: "hunter2", emailVerified })).toEqual([
      422,
      { passwordHash: expect.stringContaining("one of these forms") },
    ]);
    expect(await problems({ passwordHash: `$2b$31$${"a".repeat(53)}`, emailVerified })).toEqual([
      422,
      { passwordHash: expect.stringContaining("4 to 14") },
    ]);
    for (const more of [{ passwordHash }, { passwordHash, emailVerified: false }])
      expect(await problems(more)).toEqual([
        422,
        { emailVerified: expect.stringContaining("say true") },
      ]);
    expect(await problems({ emailVerified })).toEqual([
      422,
      { passwordHash: expect.stringContaining("invitation") },
    ]);
    expect(await rowOf(tenant)).toBeUndefined();
  });

  test("is for super administrators alone: who sets a hash knows its password", async () => {
    const tenant = await world.aTenant();
    const admins = await tenant.script("admin");
    const body = { ...grace, passwordHash: await bcrypt(), emailVerified: true };
    expect((await admins.post("/users", body)).status).toBe(403);
    expect(await rowOf(tenant)).toBeUndefined();
    expect((await admins.post("/users", grace)).status).toBe(201);
  });

  test("an address that is taken is refused, and nobody of another tenant is touched", async () => {
    const [tenant, other] = [await world.aTenant(), await world.aTenant()];
    const body = { ...grace, passwordHash: await bcrypt(), emailVerified: true };
    expect((await tenant.api.post("/users", body)).status).toBe(201);
    expect((await tenant.api.post("/users", body)).status).toBe(409);
    expect(await rowOf(other)).toBeUndefined();
    expect((await throughPassword(other.newBrowser(), grace.email)).status).toBe(422);
  });

  test("1 MB as a hash, and 1 MB as a password for an imported one, cost nothing", async () => {
    const tenant = await world.aTenant();
    const huge = "a".repeat(1_000_000);
    const refused = await tenant.api.post("/users", {
      ...grace,
      passwordHash: huge,
      emailVerified: true,
    });
    expect(refused.status).toBeOneOf([413, 422]);
    await tenant.api.post("/users", {
      ...grace,
      passwordHash: await bcrypt(),
      emailVerified: true,
    });
    const begun = performance.now();
    const answer = await throughPassword(tenant.newBrowser(), grace.email, huge);
    expect(answer.status).toBeOneOf([413, 422]);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe("a password that was brought along and is less than the policy asks for", () => {
  test("opens the page for a new one at the first sign-in, which says why", async () => {
    const tenant = await world.aTenant();
    const weak = "hunter2";
    await tenant.api.post("/users", {
      ...grace,
      passwordHash: await bcrypt(weak),
      emailVerified: true,
    });
    const browser = tenant.newBrowser();
    const answer = await throughPassword(browser, grace.email, weak);
    expect(answer.headers.get("location")).toBe("/sign-in/new-password");
    const page = await (await browser.get("/sign-in/new-password")).text();
    expect(page).toContain("At least 15 characters");
    expect((await browser.post("/sign-in/new-password", { password: weak })).status).toBe(422);
    const chosen = await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(chosen.headers.get("location")).toBe("/sign-in/code");
    expect(await rowOf(tenant)).toMatchObject({ length: goodPassword.length, score: 4 });
  });
});
