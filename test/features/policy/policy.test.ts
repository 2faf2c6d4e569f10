import { describe, expect, test } from "bun:test";
import {
  defaultPolicy,
  findPolicy,
  meets,
  requiredStrength,
  strengthOf,
} from "#features/policy/index.ts";
import { testApp } from "../../support/a-tenant.ts";

const { aTenant, clock } = await testApp();

describe("findPolicy", () => {
  test("answers the defaults for a tenant that never changed anything, and they are the database's", async () => {
    const { tenant } = await aTenant();
    expect(await tenant.read((db) => findPolicy(db, clock.now()))).toEqual(defaultPolicy);
    const stored = await tenant.write(async (db) => {
      await db.insertInto("sign_in_policies").defaultValues().execute();
      return findPolicy(db, clock.now());
    });
    expect(stored).toEqual(defaultPolicy);
  });

  test("takes an applied trial back once its time is up, without any job", async () => {
    const { tenant } = await aTenant();
    const strict = { ...defaultPolicy, strength: "phishing_resistant" as const };
    const revert_at = new Date(clock.now().getTime() + 600_000);
    await tenant.write(async (db) => {
      await db.insertInto("sign_in_policies").values({ strength: strict.strength }).execute();
      await db
        .insertInto("policy_trials")
        .values({
          state: "applied",
          proposed: JSON.stringify(strict),
          previous: JSON.stringify(defaultPolicy),
          expires_at: revert_at,
          revert_at,
        })
        .execute();
    });
    const at = (seconds: number) =>
      tenant.read((db) => findPolicy(db, new Date(revert_at.getTime() + seconds * 1000)));
    expect((await at(-1)).strength).toBe("phishing_resistant");
    expect(await at(0)).toEqual(defaultPolicy);
  });

  test("is each tenant's own", async () => {
    const [one, other] = [await aTenant(), await aTenant()];
    await one.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ strength: "strong" }).execute(),
    );
    expect(await other.tenant.read((db) => findPolicy(db, clock.now()))).toEqual(defaultPolicy);
  });
});

describe("requiredStrength", () => {
  test("is the strictest of the tenant and the person's groups", async () => {
    const { tenant, aUser, aGroup } = await aTenant();
    const [inside, outside] = [await aUser(), await aUser()];
    const group = await aGroup("Operators", [inside]);
    await aGroup("Everybody", [inside, outside]);
    await tenant.write((db) =>
      db.updateTable("groups").set({ strength: "strong" }).where("id", "=", group.id).execute(),
    );
    const asked = (userId: typeof inside.id) =>
      tenant.read((db) => requiredStrength(db, { userId, policy: defaultPolicy }));
    expect(await asked(inside.id)).toBe("strong");
    expect(await asked(outside.id)).toBe("baseline");
  });
});

describe("strengthOf", () => {
  test.each([
    [["password", "email_code"], "baseline"],
    [["password", "remembered_device"], "baseline"],
    [["totp"], "baseline"],
    [["password", "totp"], "strong"],
    [["password", "backup_code"], "strong"],
    [["passkey"], "phishing_resistant"],
    [["password", "passkey"], "phishing_resistant"],
  ] as const)("%p is %s", (methods, strength) => {
    expect(strengthOf(methods)).toBe(strength);
  });

  test("meets what is asked when it is as strong or stronger", () => {
    expect(meets("strong", "baseline")).toBe(true);
    expect(meets("strong", "strong")).toBe(true);
    expect(meets("strong", "phishing_resistant")).toBe(false);
  });
});
