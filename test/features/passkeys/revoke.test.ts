// Other people's passkeys: what administrators and scripts see, and revoking one.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf } from "../sign-in/support.ts";
import { aPasskey, assertWith } from "./support.ts";

const house = await testApp();
const { aTenant } = house;

const pathOf = (user: TestUser) => `/users/${user.id}/passkeys`;

async function somebodyAt(tenant: TestTenant, role: "member" | "admin" | "super_admin" = "member") {
  const user = await tenant.aUser({ role, firstName: "Grace", lastName: "Hopper" });
  const passkey = await aPasskey(house, tenant, user, { name: "Grace's key" });
  return { user, ...passkey, path: `${pathOf(user)}/${passkey.passkeyId}` };
}

describe("an administrator", () => {
  test("sees a person's passkeys with the facts, on the profile and on a page of their own", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const { user, authenticator } = await somebodyAt(tenant);
    await assertWith(house, tenant, authenticator);
    const profile = await (await tenant.browser.get(`/users/${user.id}`)).text();
    expect(profile).toContain("Grace&#39;s key");
    const page = await (await tenant.browser.get(pathOf(user))).text();
    for (const fact of ["Passkeys of Grace Hopper", "On one device", "Unknown", "Revoke"])
      expect(page).toContain(fact);
    const nobody = await tenant.aUser();
    expect(await (await tenant.browser.get(pathOf(nobody))).text()).toContain("No passkeys");
  });

  test("revokes one: it opens nothing, its owner is signed out and told, the rest stays", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const { user, authenticator, path, passkeyId } = await somebodyAt(tenant);
    const other = await aPasskey(house, tenant, user, { name: "Another" });
    const theirs = await tenant.signedIn(user);
    expect(await (await tenant.browser.get(`${path}/revocation`)).text()).toContain(
      "Revoke the passkey “Grace&#39;s key”?",
    );
    expect(locationOf(await tenant.browser.delete(path))).toBe(pathOf(user));
    expect(await isSignedIn(theirs)).toBe(false);
    expect(await assertWith(house, tenant, authenticator)).toBe("unknown_passkey");
    expect(await assertWith(house, tenant, other.authenticator)).toContain("signed in");
    expect(await tenant.events("passkey.revoked")).toMatchObject([
      { subjectId: user.id, data: { passkeyId, name: "Grace's key" } },
    ]);
    const mails = (await tenant.mails()).filter(({ subject }) => subject.includes("was revoked"));
    expect(mails.map(({ to }) => to)).toEqual([user.email]);
    const [mail] = mails;
    expect(mail?.text).toContain("by an administrator");
    expect(mail?.text).not.toContain(tenant.browser.ip);
    expect((await tenant.browser.delete(path)).status).toBe(404);
  });

  test("does not reach above their own role, nor their own by this way", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const above = await somebodyAt(tenant, "super_admin");
    expect((await tenant.browser.get(pathOf(above.user))).status).toBe(200);
    expect(await (await tenant.browser.get(pathOf(above.user))).text()).not.toContain("Revoke");
    expect((await tenant.browser.delete(above.path)).status).toBe(403);
    const mine = await aPasskey(house, tenant, tenant.me);
    expect((await tenant.browser.delete(`${pathOf(tenant.me)}/${mine.passkeyId}`)).status).toBe(
      409,
    );
    expect(await tenant.events("passkey.revoked")).toEqual([]);
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });
});

describe("/api/v1/users/:userId/passkeys", () => {
  test("lists and revokes", async () => {
    const tenant = await aTenant();
    const { user, passkeyId, path } = await somebodyAt(tenant);
    expect(await (await tenant.api.get(pathOf(user))).json()).toEqual({
      user: { id: user.id, name: "Grace Hopper", email: user.email },
      mayRevoke: true,
      passkeys: [
        {
          id: passkeyId,
          name: "Grace's key",
          model: null,
          aaguid: "00000000-0000-0000-0000-000000000000",
          isSyncable: false,
          isBackedUp: false,
          createdAt: expect.any(String),
          lastUsedAt: null,
          suspendedAt: null,
        },
      ],
    });
    expect((await tenant.api.delete(path)).status).toBe(204);
    expect(await (await tenant.api.get(pathOf(user))).json()).toMatchObject({ passkeys: [] });
  });

  test("needs the rank: a member's script reads nothing, an admin's does not revoke a super admin's", async () => {
    const tenant = await aTenant();
    const { user, path } = await somebodyAt(tenant, "super_admin");
    expect((await (await tenant.script("member")).get(pathOf(user))).status).toBe(403);
    const admin = await tenant.script("admin");
    expect(await (await admin.get(pathOf(user))).json()).toMatchObject({ mayRevoke: false });
    expect((await admin.delete(path)).status).toBe(403);
  });

  test("knows nobody of another tenant", async () => {
    const [ours, theirs] = [await aTenant({ signedInAs: "super_admin" }), await aTenant()];
    const { user, path, authenticator } = await somebodyAt(theirs);
    for (const who of [ours.api, ours.browser]) {
      expect((await who.get(pathOf(user))).status).toBe(404);
      expect((await who.delete(path)).status).toBe(404);
    }
    const own = await ours.aUser();
    expect((await ours.api.delete(path.replace(user.id, own.id))).status).toBe(404);
    expect(await assertWith(house, theirs, authenticator)).toContain("signed in");
  });
});
