// Registering and using passkeys, without pages: what works, and every answer that must be refused (attack case A9).
import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { countPasskeys, dropPasskeys, listPasskeys } from "#features/passkeys/index.ts";
import { userHandle } from "#protocols/webauthn/options.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anAuthenticator, type Twist } from "../../support/authenticator.ts";
import { aPasskey, assertWith, begin, present, register } from "./support.ts";

const house = await testApp();
const { aTenant, clock } = house;
const yubiKey = "2fc0579f-8113-47ea-b116-bb5a8db9202a";

const withPasskey = async (wish = {}) => {
  const place = await aTenant();
  const user = await place.aUser();
  return { place, user, ...(await aPasskey(house, place, user, wish)) };
};
const listOf = (place: TestTenant, user: TestUser) =>
  place.tenant.read((db) => listPasskeys(db, user.id));
const refusals = async (place: TestTenant) =>
  (await place.events("passkey.refused")).map(({ data }) => data);

describe("registering", () => {
  test("keeps the passkey under its model's name, records it and tells every verified address", async () => {
    const place = await aTenant();
    const user = await place.aUser();
    await place.tenant.write(async (db) => {
      const more = { user_id: user.id, is_primary: false } as const;
      await db
        .insertInto("user_emails")
        .values([
          { ...more, email: `second-${user.email}`, verified_at: clock.now() },
          { ...more, email: `unverified-${user.email}`, verified_at: null },
        ])
        .execute();
    });
    const { passkeyId } = await aPasskey(house, place, user, { aaguid: yubiKey });
    expect(await listOf(place, user)).toEqual([
      {
        id: passkeyId,
        name: "YubiKey 5 NFC",
        model: "YubiKey 5 NFC",
        aaguid: yubiKey,
        isSyncable: false,
        isBackedUp: false,
        createdAt: expect.any(String),
        lastUsedAt: null,
        suspendedAt: null,
      },
    ]);
    const [event] = await place.events("passkey.registered");
    expect(event).toMatchObject({ subjectId: user.id, data: { passkeyId, aaguid: yubiKey } });
    expect((await place.mails()).map(({ to }) => to).sort()).toEqual(
      [user.email, `second-${user.email}`].sort(),
    );
  });

  test("asks for a discoverable credential with user verification, named by nothing but the id's bytes", async () => {
    const place = await aTenant();
    const user = await place.aUser();
    await aPasskey(house, place, user);
    const { options } = await register(house, place, user);
    expect(options).toMatchObject({
      rp: { id: new URL(place.origin).hostname, name: place.site.name },
      user: { id: userHandle(user.id).toString("base64url"), name: user.email },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
      timeout: 300_000,
    });
    expect(Buffer.from(options.challenge, "base64url").length).toBe(32);
    expect(options.excludeCredentials).toHaveLength(1);
  });

  test("names the second of a kind by number, an unknown model by the device, and takes a name that is given", async () => {
    const place = await aTenant();
    const user = await place.aUser();
    for (const wish of [{ aaguid: yubiKey }, { aaguid: yubiKey }, {}, { name: " Desk " }])
      await aPasskey(house, place, user, wish);
    expect((await listOf(place, user)).map(({ name }) => name)).toEqual([
      "YubiKey 5 NFC",
      "YubiKey 5 NFC 2",
      "Firefox on Windows",
      "Desk",
    ]);
  });
  test("takes no name that hides or turns letters round: it stands in mails and before administrators", async () => {
    const place = await house.aTenant();
    const user = await place.aUser();
    for (const name of ["Desk \u202Etxt.exe", "Desk\u0007"]) {
      const { outcome } = await register(house, place, user, { aaguid: yubiKey, name });
      expect(outcome).toMatchObject({ name: expect.stringContaining("YubiKey 5 NFC") });
    }
  });

  const wrong: readonly [string, (place: TestTenant) => Twist, string][] = [
    [
      "another tenant's origin",
      () => ({ origin: "https://other.id.example.test" }),
      "wrong_origin",
    ],
    ["another RP ID", () => ({ rpId: "id.example.test" }), "wrong_rp"],
    ["no user verification", () => ({ isVerified: false }), "user_unverified"],
    ["nobody present", () => ({ isPresent: false }), "user_absent"],
    ["an assertion's type", () => ({ type: "webauthn.get" }), "wrong_type"],
    ["a frame of another site", () => ({ crossOrigin: true }), "wrong_origin"],
    ["a copy of what cannot be copied", () => ({ isBackedUp: true }), "malformed"],
  ];
  for (const [what, twist, cause] of wrong)
    test(`refuses ${what}`, async () => {
      const place = await aTenant();
      const user = await place.aUser();
      const { outcome } = await register(house, place, user, { twist: twist(place) });
      expect(outcome).toMatchObject({ kind: "refused", cause });
      expect(await listOf(place, user)).toEqual([]);
      expect(await refusals(place)).toMatchObject([{ userId: user.id, cause }]);
    });

  test("refuses a credential that is registered already, also for another person", async () => {
    const { place, authenticator } = await withPasskey();
    const other = await place.aUser();
    const { outcome } = await register(house, place, other, { authenticator });
    expect(outcome).toMatchObject({ kind: "refused", cause: "already_registered" });
  });

  test("takes only models on the tenant's list, and then asks them to say which they are", async () => {
    const place = await aTenant();
    const user = await place.aUser();
    await place.tenant.write((db) =>
      db
        .insertInto("sign_in_policies")
        .values({ passkey_aaguids: [yubiKey] })
        .execute(),
    );
    const refused = await register(house, place, user);
    expect(refused.options.attestation).toBe("direct");
    expect(refused.outcome).toMatchObject({ kind: "refused", cause: "model_not_allowed" });
    await aPasskey(house, place, user, { aaguid: yubiKey });
    expect(await listOf(place, user)).toHaveLength(1);
  });

  test("stops at twenty, also when two arrive at once", async () => {
    const place = await aTenant();
    const user = await place.aUser();
    for (let n = 0; n < 19; n += 1) await aPasskey(house, place, user);
    const both = await Promise.allSettled([
      aPasskey(house, place, user),
      aPasskey(house, place, user),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await listOf(place, user)).toHaveLength(20);
    expect(register(house, place, user)).rejects.toMatchObject({ code: "passkeys.too_many" });
  });
});

describe("signing in", () => {
  test("finds the person by the passkey alone, and remembers when it was used", async () => {
    const { place, user, authenticator } = await withPasskey();
    clock.advance({ minutes: 1 });
    expect(await assertWith(house, place, authenticator)).toBe(`signed in: ${user.id}`);
    expect((await listOf(place, user))[0]?.lastUsedAt).toBeString();
  });

  test("has options that tell nothing of anybody; a proof's list one's own", async () => {
    const { place, user, authenticator } = await withPasskey();
    const { options } = await begin(house, place);
    expect(options).toMatchObject({ allowCredentials: [], userVerification: "required" });
    const proof = await begin(house, place, user.id);
    expect(proof.options.allowCredentials.map(({ id }) => id)).toEqual([
      authenticator.credentialId,
    ]);
    expect(await assertWith(house, place, authenticator, { userId: user.id })).toBe(
      `signed in: ${user.id}`,
    );
  });

  test("follows a synced passkey's backup state, and its counter not", async () => {
    const { place, user, authenticator } = await withPasskey({ isSynced: true });
    for (const counter of [9, 0, 3]) {
      const isBackedUp = counter !== 3;
      expect(await assertWith(house, place, authenticator, { counter, isBackedUp })).toContain(
        "signed in",
      );
    }
    expect(await listOf(place, user)).toMatchObject([{ isSyncable: true, isBackedUp: false }]);
  });
});

describe("A9: WebAuthn, wrong origin, RP ID of another tenant, no user verification, counter back, another person, challenge again", () => {
  const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const wrong: readonly [string, (place: TestTenant) => Twist, string][] = [
    [
      "from an origin that ends like ours",
      (p) => ({ origin: `${p.origin}.evil.test` }),
      "wrong_origin",
    ],
    [
      "from our base domain",
      (p) => ({ origin: p.origin.replace(/\/\/[^.]+\./, "//") }),
      "wrong_origin",
    ],
    ["from another port", (p) => ({ origin: `${p.origin}:8443` }), "wrong_origin"],
    ["without https", (p) => ({ origin: p.origin.replace("https", "http") }), "wrong_origin"],
    ["from a frame of another site", () => ({ crossOrigin: true }), "wrong_origin"],
    ["for another RP", () => ({ rpId: "example.test" }), "wrong_rp"],
    ["without user verification", () => ({ isVerified: false }), "user_unverified"],
    ["without a user", () => ({ isPresent: false }), "user_absent"],
    ["of a registration's type", () => ({ type: "webauthn.create" }), "wrong_type"],
    ["signed by another key", () => ({ signWith: stranger }), "wrong_signature"],
    [
      "for a challenge of its own making",
      () => ({ challenge: "A".repeat(43) }),
      "unknown_challenge",
    ],
    ["without a user handle", () => ({ userHandle: null }), "wrong_user_handle"],
    [
      "with another one's user handle",
      () => ({ userHandle: "AAAAAAAAAAAAAAAAAAAAAA" }),
      "wrong_user_handle",
    ],
    ["that says it can be copied now", () => ({ isBackupEligible: true }), "eligibility_changed"],
  ];
  for (const [what, twist, cause] of wrong)
    test(what, async () => {
      const { place, user, authenticator } = await withPasskey();
      expect(await assertWith(house, place, authenticator, twist(place))).toBe(cause);
      expect((await listOf(place, user))[0]?.lastUsedAt).toBeNull();
      expect(await refusals(place)).toMatchObject([{ cause, ceremony: "sign_in" }]);
    });

  test("when one bit of what was signed is changed", async () => {
    const { place, authenticator } = await withPasskey();
    const { options, handle } = await begin(house, place);
    const answer = JSON.parse(authenticator.assert(place.origin, options)) as {
      response: { authenticatorData: string };
    };
    const data = Buffer.from(answer.response.authenticatorData, "base64url");
    data[36] = (data[36] ?? 0) ^ 1;
    answer.response.authenticatorData = data.toString("base64url");
    const response = JSON.stringify(answer);
    expect(await present(house, place, { handle, response })).toBe("wrong_signature");
  });

  test("at another tenant: neither its origin nor its rows know the passkey", async () => {
    const { authenticator } = await withPasskey();
    const other = await aTenant();
    expect(await assertWith(house, other, authenticator)).toBe("unknown_passkey");
  });

  test("when it was made for another tenant's host, though the same key is known here", async () => {
    const { place, authenticator } = await withPasskey();
    const other = await aTenant();
    const rpId = new URL(other.origin).hostname;
    expect(await assertWith(house, place, authenticator, { rpId })).toBe("wrong_rp");
    expect(await assertWith(house, place, authenticator, { origin: other.origin })).toBe(
      "wrong_origin",
    );
  });

  test("the second time, and of two at once one", async () => {
    const { place, authenticator } = await withPasskey();
    const { options, handle } = await begin(house, place);
    const response = authenticator.assert(place.origin, options);
    const both = await Promise.all([1, 2].map(() => present(house, place, { handle, response })));
    expect(both.filter((outcome) => outcome.startsWith("signed in"))).toHaveLength(1);
    expect(both).toContain("unknown_challenge");
    expect(await present(house, place, { handle, response })).toBe("unknown_challenge");
  });

  test("for a challenge that a refused answer used up", async () => {
    const { place, authenticator } = await withPasskey();
    const { options, handle } = await begin(house, place);
    const response = authenticator.assert(place.origin, options, { isVerified: false });
    expect(await present(house, place, { handle, response })).toBe("user_unverified");
    const better = authenticator.assert(place.origin, options);
    expect(await present(house, place, { handle, response: better })).toBe("unknown_challenge");
  });

  test("after five minutes", async () => {
    const { place, authenticator } = await withPasskey();
    const { options, handle } = await begin(house, place);
    const response = authenticator.assert(place.origin, options);
    clock.advance({ minutes: 5 });
    expect(await present(house, place, { handle, response })).toBe("expired_challenge");
  });

  test("in another browser", async () => {
    const { place, authenticator } = await withPasskey();
    const [victim, thief] = [await begin(house, place), await begin(house, place)];
    const response = authenticator.assert(place.origin, victim.options);
    expect(await present(house, place, { handle: thief.handle, response })).toBe(
      "unknown_challenge",
    );
    expect(await present(house, place, { handle: "", response })).toBe("unknown_challenge");
    expect(await present(house, place, { handle: victim.handle, response })).toContain("signed in");
  });

  test("for another ceremony: a proof does not sign in, a sign-in proves nothing", async () => {
    const { place, user, authenticator } = await withPasskey();
    const proof = await begin(house, place, user.id);
    const forProof = authenticator.assert(place.origin, proof.options);
    expect(await present(house, place, { handle: proof.handle, response: forProof })).toBe(
      "unknown_challenge",
    );
    const signIn = await begin(house, place);
    const forSignIn = authenticator.assert(place.origin, signIn.options);
    const asProof = { handle: signIn.handle, response: forSignIn, userId: user.id };
    expect(await present(house, place, asProof)).toBe("unknown_challenge");
  });

  test("of another person than the one who must prove it", async () => {
    const { place, authenticator } = await withPasskey();
    const other = await place.aUser();
    expect(await assertWith(house, place, authenticator, { userId: other.id })).toBe(
      "passkey_of_another",
    );
    const unknown = anAuthenticator();
    expect(await assertWith(house, place, unknown, { userId: other.id })).toBe("unknown_passkey");
  });

  test("for a challenge that was made for somebody else", async () => {
    const { place, user, authenticator } = await withPasskey();
    const other = await place.aUser();
    const { options, handle } = await begin(house, place, other.id);
    const response = authenticator.assert(place.origin, options);
    expect(await present(house, place, { handle, response, userId: user.id })).toBe("wrong_person");
  });

  test("when it is no answer at all", async () => {
    const { place } = await withPasskey();
    const { handle } = await begin(house, place);
    for (const response of ["", "{}", "null", "[]", '{"id":"x"}'])
      expect(await present(house, place, { handle, response })).toBe("malformed");
  });
});

describe("a counter that does not grow", () => {
  for (const counter of [5, 4, 0])
    test(`(5, then ${counter}) suspends the passkey, keeps it, records and tells it`, async () => {
      const { place, user, authenticator } = await withPasskey();
      expect(await assertWith(house, place, authenticator, { counter: 5 })).toContain("signed in");
      expect(await assertWith(house, place, authenticator, { counter })).toBe("not used");
      const [passkey] = await listOf(place, user);
      expect(passkey?.suspendedAt).toBeString();
      expect((await place.events("passkey.suspended")).map(({ data }) => data)).toMatchObject([
        { userId: user.id, counter, counterBefore: 5 },
      ]);
      expect(await refusals(place)).toMatchObject([{ cause: "clone_suspected" }]);
      expect((await place.mails()).map(({ subject }) => subject)).toContain(
        `A passkey of your account at ${place.site.name} was suspended`,
      );
      expect(await assertWith(house, place, authenticator, { counter: 9 })).toBe("suspended");
      expect(await place.tenant.read((db) => countPasskeys(db, user.id))).toBe(0);
    });

  test("is none when the authenticator never counts", async () => {
    const { place, authenticator } = await withPasskey({ isSynced: false });
    await place.tenant.write((db) => db.updateTable("passkeys").set({ sign_count: 0 }).execute());
    for (const counter of [0, 0])
      expect(await assertWith(house, place, authenticator, { counter })).toContain("signed in");
  });

  test("is seen when original and copy arrive at once", async () => {
    const { place, authenticator } = await withPasskey();
    const both = await Promise.all(
      [7, 7].map((counter) => assertWith(house, place, authenticator, { counter })),
    );
    expect(both.filter((outcome) => outcome === "not used")).toHaveLength(1);
  });
});

test("a reset drops everything of one person, and of nobody else", async () => {
  const { place, user } = await withPasskey();
  const other = await place.aUser();
  await aPasskey(house, place, other);
  const names = await place.tenant.write((db) =>
    dropPasskeys(db, { kind: "operator", command: "test" }, user.id),
  );
  expect(names).toEqual(["Firefox on Windows"]);
  expect(await listOf(place, user)).toEqual([]);
  expect(await listOf(place, other)).toHaveLength(1);
});
