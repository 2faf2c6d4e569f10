// What changes while a password is being hashed: the old password must not win the race.
import { expect, test } from "bun:test";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { throughPassword } from "./support.ts";

const hasher = createPasswordHasher({ queueMax: 1_000 });
let meanwhile: () => Promise<void> = async () => undefined;
const { aTenant } = await testApp({
  passwords: {
    ...hasher,
    verify: async (password, hash) => {
      const isRight = await hasher.verify(password, hash);
      await meanwhile();
      return isRight;
    },
  },
});

const change = (tenant: TestTenant, user: TestUser, values: object) => async () => {
  meanwhile = async () => undefined;
  await tenant.tenant.write((db) =>
    db.updateTable("users").set(values).where("id", "=", user.id).execute(),
  );
};

test("refuses a password that was changed while it was being checked", async () => {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  const other = await hasher.hash("copper thimble marsh violin");
  meanwhile = change(tenant, user, { password_hash: other });
  const answer = await throughPassword(tenant.newBrowser(), user.email);
  expect(answer.status).toBe(422);
  expect(await tenant.mails()).toEqual([]);
});

test("refuses a person who was deactivated while the password was being checked", async () => {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  meanwhile = change(tenant, user, { state: "deactivated", deactivated_at: new Date() });
  expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(403);
  expect(await tenant.mails()).toEqual([]);
});

test("refuses a change that was proved with a password changed meanwhile", async () => {
  const tenant = await aTenant({ signedInAs: "member" });
  const other = await hasher.hash("copper thimble marsh violin");
  meanwhile = change(tenant, tenant.me, { password_hash: other });
  const fields = { currentPassword: goodPassword, password: "velvet orchard tunnel badge" };
  expect((await tenant.browser.put("/security/password", fields)).status).toBe(422);
  expect(await tenant.events("password.changed")).toEqual([]);
});

test("lets one of two tries with the right password go on, when both were sent from one page", async () => {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email: user.email, return_to: "/" });
  const answers = await Promise.all(
    [1, 2].map(() => browser.post("/sign-in/password", { password: goodPassword })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 410]);
  expect((await tenant.mails()).length).toBe(1);
});
