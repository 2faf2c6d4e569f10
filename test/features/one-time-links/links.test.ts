// Links as other features use them: for whom they are good, and until when.
import { describe, expect, test } from "bun:test";
import {
  consumeLink,
  dropLinks,
  findLink,
  issueLink,
  linkPath,
  type LinkPurpose,
} from "#features/one-time-links/index.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";

const { aTenant, clock, asSuperuser } = await testApp();

const issue = (tenant: TestTenant, user: TestUser, purpose: LinkPurpose) =>
  tenant.tenant.write((db) =>
    issueLink(db, { userId: user.id, email: user.email, purpose, now: clock.now() }),
  );
const find = (tenant: TestTenant, link: { id: string; token: string }, purpose: LinkPurpose) =>
  tenant.tenant.read((db) =>
    findLink(db, { linkId: link.id, token: link.token, purpose, now: clock.now() }),
  );

describe("a link", () => {
  test("finds its person, by id and token and purpose together", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const link = await issue(tenant, user, "password_reset");
    expect(await find(tenant, link, "password_reset")).toMatchObject({
      userId: user.id,
      email: user.email,
    });
    expect(await find(tenant, link, "invitation")).toBeNull();
    const other = await issue(tenant, await tenant.aUser(), "password_reset");
    expect(await find(tenant, { id: link.id, token: other.token }, "password_reset")).toBeNull();
    expect(await find(tenant, { id: other.id, token: link.token }, "password_reset")).toBeNull();
  });

  test("is not good for another purpose, whatever state its person is in", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const link = await issue(tenant, user, "password_reset");
    // The state an invitation is for: only the purpose is left to tell them apart.
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ state: "invited" }).where("id", "=", user.id).execute(),
    );
    expect(await find(tenant, link, "invitation")).toBeNull();
  });

  test("lives half an hour for a password, seven days for an invitation", async () => {
    const tenant = await aTenant();
    const [active, invited] = [await tenant.aUser(), await tenant.aUser({ state: "invited" })];
    const reset = await issue(tenant, active, "password_reset");
    const invitation = await issue(tenant, invited, "invitation");
    clock.advance({ minutes: 29, seconds: 50 });
    expect(await find(tenant, reset, "password_reset")).not.toBeNull();
    clock.advance({ seconds: 15 });
    expect(await find(tenant, reset, "password_reset")).toBeNull();
    clock.advance({ days: 6, hours: 23 });
    expect(await find(tenant, invitation, "invitation")).not.toBeNull();
    clock.advance({ hours: 1 });
    expect(await find(tenant, invitation, "invitation")).toBeNull();
  });

  test("dies with the next of its purpose, of two asked for at once as well, and not with another purpose", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const links = await Promise.all(
      Array.from({ length: 5 }, () => issue(tenant, user, "password_reset")),
    );
    const found = await Promise.all(links.map((link) => find(tenant, link, "password_reset")));
    expect(found.filter((each) => each !== null).length).toBe(1);
    await issue(tenant, user, "invitation");
    const still = await Promise.all(links.map((link) => find(tenant, link, "password_reset")));
    expect(still.filter((each) => each !== null).length).toBe(1);
  });

  test("dies when the address is no longer the person's, and when it is taken back", async () => {
    const tenant = await aTenant();
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    const moved = await issue(tenant, one, "password_reset");
    await tenant.tenant.write((db) =>
      db
        .updateTable("user_emails")
        .set({ email: "new@example.com" })
        .where("user_id", "=", one.id)
        .execute(),
    );
    expect(await find(tenant, moved, "password_reset")).toBeNull();
    const dropped = await issue(tenant, other, "password_reset");
    await tenant.tenant.write((db) => dropLinks(db, other.id));
    expect(await find(tenant, dropped, "password_reset")).toBeNull();
  });

  test("is consumed once", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const link = await issue(tenant, user, "password_reset");
    const consume = () =>
      tenant.tenant.write((db) =>
        consumeLink(db, {
          linkId: link.id,
          token: link.token,
          purpose: "password_reset",
          now: clock.now(),
        }),
      );
    const all = await Promise.all(Array.from({ length: 5 }, consume));
    expect(all.filter((each) => each !== null).length).toBe(1);
    expect(await consume()).toBeNull();
  });

  test("leaves its secret in the mail only", async () => {
    const tenant = await aTenant();
    const link = await issue(tenant, await tenant.aUser(), "password_reset");
    expect(link.token).toMatch(/^[\w-]{43}$/);
    expect(linkPath("password_reset", link)).toBe(`/reset-password/${link.id}/${link.token}`);
    const rows = await asSuperuser(
      "select t::text as row from app.user_tokens t where tenant_id = $1",
      [tenant.id],
    );
    expect(JSON.stringify(rows)).not.toContain(link.token);
  });

  test("means nothing in another tenant", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const link = await issue(ours, await ours.aUser(), "password_reset");
    expect(await find(theirs, link, "password_reset")).toBeNull();
  });
});
