// Somebody's addresses by an administrator and by scripts: nothing is confirmed by their word, nobody above them, and what would change is told.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anIdp } from "../identity-providers/support.ts";
import { locationOf, throughPassword } from "../sign-in/support.ts";
import { anApplication } from "../../http/support/world.ts";
import {
  addressesOf,
  confirmationLink,
  giveAddress,
  idOf,
  own,
  pathOf,
  subjectsTo,
} from "./support.ts";

const house = await testApp();
const second = "ada@second.example";
const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

async function anAdmin(wish: { second?: string; role?: TestUser["role"] } = {}) {
  const tenant = await house.aTenant({ signedInAs: "admin" });
  const user = await tenant.aUser({ role: wish.role ?? "member" });
  if (wish.second !== undefined) await giveAddress(tenant, user, wish.second);
  return { tenant, user, script: await tenant.script("admin") };
}

const codeOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];

describe("an administrator", () => {
  test("asks for an address: the person is told at once, and its mailbox confirms it", async () => {
    const { tenant, user } = await anAdmin();
    const { browser } = tenant;
    expect((await browser.get(`${pathOf(user)}/new`)).status).toBe(200);
    expect(locationOf(await browser.post(pathOf(user), { email: second }))).toBe(pathOf(user));
    expect(await subjectsTo(tenant, user.email)).toEqual([
      expect.stringContaining("An administrator wants to add an address"),
    ]);
    expect((await throughPassword(tenant.newBrowser(), second)).status).not.toBe(303);
    expect(await (await browser.get(pathOf(user))).text()).toContain("Not verified yet");
    const link = await confirmationLink(tenant, second);
    expect((await tenant.newBrowser().post(link)).status).toBe(200);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
    expect(await tenant.events("address.requested")).toMatchObject([
      { actorKind: "user", data: { userId: user.id, email: second } },
    ]);
    expect(await tenant.events("address.added")).toMatchObject([
      { actorKind: "visitor", data: { userId: user.id, email: second } },
    ]);
  });

  test("promotes and removes, on pages that ask first", async () => {
    const { tenant, user } = await anAdmin({ second });
    const { browser } = tenant;
    const one = `${pathOf(user)}/${await idOf(tenant, user, second)}`;
    expect(await (await browser.get(`${one}/primary`)).text()).toContain("the primary address?");
    expect(locationOf(await browser.put(`${one}/primary`))).toBe(pathOf(user));
    const former = `${pathOf(user)}/${await idOf(tenant, user, user.email)}`;
    expect(await (await browser.get(`${former}/removal`)).text()).toContain(
      `Remove ${user.email}?`,
    );
    expect(locationOf(await browser.delete(former))).toBe(pathOf(user));
    expect((await addressesOf(tenant, user)).addresses.map(({ email }) => email)).toEqual([second]);
    const mails = await tenant.mails();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(
      [user.email, second, user.email, second].toSorted(),
    );
    for (const { text } of mails) expect(text).toContain("by an administrator");
  });

  test("finds people by any address, and sees them all in the detail", async () => {
    const { tenant, user, script } = await anAdmin({ second });
    const found = (await (await script.get("/users?q=ada@second")).json()) as {
      items: { id: string; email: string }[];
    };
    expect(found.items).toMatchObject([{ id: user.id, email: user.email }]);
    const detail = await (await script.get(`/users/${user.id}`)).json();
    expect(detail).toMatchObject({ emails: [{ email: user.email }, { email: second }] });
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(second);
  });

  test("needs a fresh proof for all three", async () => {
    const { tenant, user } = await anAdmin({ second });
    const { browser } = tenant;
    const id = await idOf(tenant, user, second);
    house.clock.advance({ minutes: 11 });
    expect((await browser.post(pathOf(user), { email: "x@second.example" })).status).toBe(403);
    expect((await browser.put(`${pathOf(user)}/${id}/primary`)).status).toBe(403);
    expect((await browser.delete(`${pathOf(user)}/${id}`)).status).toBe(403);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
  });
});

describe("as a script", () => {
  test("the whole way", async () => {
    const { tenant, user, script } = await anAdmin();
    const asked = await script.post(pathOf(user), { email: " ADA@second.example" });
    expect(asked.status).toBe(201);
    const pending = (await asked.json()) as { id: string };
    expect<unknown>(pending).toEqual({
      id: expect.any(String),
      email: second,
      askedAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    const again = await script.post(`${pathOf(user)}/pending/${pending.id}/mail`);
    expect(await again.json()).toMatchObject({ id: pending.id });
    await tenant.newBrowser().post(await confirmationLink(tenant, second));
    const listed = await script.get(pathOf(user));
    expect(await listed.json()).toEqual({
      user: { id: user.id, name: `${user.firstName} ${user.lastName}` },
      addresses: [
        {
          id: expect.any(String),
          email: user.email,
          isPrimary: true,
          verifiedAt: expect.any(String),
          byDomain: false,
        },
        {
          id: expect.any(String),
          email: second,
          isPrimary: false,
          verifiedAt: expect.any(String),
          byDomain: false,
        },
      ],
      pending: [],
      allowedActions: ["add", "promote", "remove"],
      notGivenBecause: null,
    });
    const id = await idOf(tenant, user, second);
    const promoted = await script.put(`${pathOf(user)}/${id}/primary`);
    expect(await promoted.json()).toMatchObject({
      addresses: [{ email: second, isPrimary: true }, {}],
    });
    const former = await idOf(tenant, user, user.email);
    const removed = await script.delete(`${pathOf(user)}/${former}`);
    expect(await removed.json()).toMatchObject({ addresses: [{ email: second }] });
    const last = (await (await script.post(pathOf(user), { email: user.email })).json()) as {
      id: string;
    };
    expect((await script.delete(`${pathOf(user)}/pending/${last.id}`)).status).toBe(204);
    expect((await addressesOf(tenant, user)).pending).toEqual([]);
  });

  test("refusals name what is wrong", async () => {
    const { tenant, user, script } = await anAdmin({ second });
    const other = await tenant.aUser();
    const [primary, theirs] = [
      await idOf(tenant, user, user.email),
      await idOf(tenant, user, second),
    ];
    const path = pathOf(user);
    const taken = await script.post(path, { email: other.email });
    expect(await taken.clone().json()).toMatchObject({ errors: { email: expect.any(String) } });
    expect(await codeOf(taken)).toEqual([409, "addresses.taken"]);
    expect(await codeOf(await script.post(path, { email: second }))).toEqual([
      409,
      "addresses.already_theirs",
    ]);
    expect((await script.post(path, { email: "no" })).status).toBe(422);
    expect(await codeOf(await script.delete(`${path}/${primary}`))).toEqual([
      409,
      "addresses.cannot_delete_primary",
    ]);
    expect(await codeOf(await script.delete(`${pathOf(other)}/${theirs}`))).toEqual([
      404,
      "addresses.not_found",
    ]);
    await giveAddress(tenant, user, "un@confirmed.example", null);
    const unconfirmed = await idOf(tenant, user, "un@confirmed.example");
    expect(
      await codeOf(await script.put(`${path}/${unconfirmed}/primary`, { confirm: true })),
    ).toEqual([409, "addresses.not_verified"]);
    for (let n = 4; n <= 10; n += 1) await giveAddress(tenant, user, `n${n}@second.example`);
    expect(await codeOf(await script.post(path, { email: "n11@second.example" }))).toEqual([
      409,
      "addresses.too_many",
    ]);
    expect(await tenant.mails()).toEqual([]);
  });

  test("somebody above the caller is not touched; a member sees nothing", async () => {
    const { tenant, user, script } = await anAdmin({ second, role: "super_admin" });
    const id = await idOf(tenant, user, second);
    const member = await tenant.script("member");
    const calls: [string, (by: typeof script) => Promise<Response>][] = [
      ["add", (by) => by.post(pathOf(user), { email: "x@second.example" })],
      ["promote", (by) => by.put(`${pathOf(user)}/${id}/primary`, { confirm: true })],
      ["remove", (by) => by.delete(`${pathOf(user)}/${id}`)],
    ];
    for (const [what, call] of calls) {
      expect([what, ...(await codeOf(await call(script)))]).toEqual([
        what,
        403,
        "users.above_role",
      ]);
      expect([what, (await call(member)).status]).toEqual([what, 403]);
    }
    expect(await (await script.get(pathOf(user))).json()).toMatchObject({ allowedActions: [] });
    const browser = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await browser.get(`${pathOf(user)}/${id}/removal`)).status).toBe(403);
    expect((await member.get(pathOf(user))).status).toBe(403);
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
    // The link for somebody above is not sent again nor cancelled either.
    await (await tenant.signedIn(user)).post(own, { email: "x@second.example" });
    const pending = await idOf(tenant, user, "x@second.example");
    expect((await script.post(`${pathOf(user)}/pending/${pending}/mail`)).status).toBe(403);
    expect((await script.delete(`${pathOf(user)}/pending/${pending}`)).status).toBe(403);
  });

  test.each([
    ["administrator", "admin"],
    ["super administrator", "super_admin"],
  ] as const)("an equal %s is given no address: it would open their account", async (_, role) => {
    const { tenant, user } = await anAdmin({ second, role });
    const [equal, path] = [await tenant.script(role), pathOf(user)];
    const id = await idOf(tenant, user, second);
    await (await tenant.signedIn(user)).post(own, { email: "x@second.example" });
    const pending = await idOf(tenant, user, "x@second.example");
    for (const refused of [
      await equal.post(path, { email: "mallory@second.example" }),
      await equal.post(`${path}/pending/${pending}/mail`),
      await equal.put(`${path}/${id}/primary`, { confirm: true }),
    ])
      expect(await codeOf(refused)).toEqual([403, "addresses.role_not_higher"]);
    expect(await (await equal.get(path)).json()).toMatchObject({
      allowedActions: ["remove"],
      notGivenBecause: "role_not_higher",
    });
    expect(await confirmationLink(tenant, "mallory@second.example")).toBe("none");
    // They lose one all the same, and what waits.
    expect((await equal.delete(`${path}/pending/${pending}`)).status).toBe(204);
    expect((await equal.delete(`${path}/${id}`)).status).toBe(200);
  });

  test("the pages for an equal offer nothing that is refused, and say who can", async () => {
    const { tenant, user } = await anAdmin({ second, role: "admin" });
    const { browser } = tenant;
    const list = await (await browser.get(pathOf(user))).text();
    expect(list).not.toContain("/new");
    expect(list).not.toContain("/primary");
    expect(list).toContain("somebody of a higher role does");
    const id = await idOf(tenant, user, second);
    for (const page of ["new", `${id}/primary`]) {
      const refused = await browser.get(`${pathOf(user)}/${page}`);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("somebody of a higher role does");
    }
  });

  test("a super administrator adds and promotes for an administrator", async () => {
    const { tenant, user } = await anAdmin({ second, role: "admin" });
    const id = await idOf(tenant, user, second);
    const asked = await tenant.api.post(pathOf(user), { email: "x@second.example" });
    expect(asked.status).toBe(201);
    expect((await tenant.api.put(`${pathOf(user)}/${id}/primary`)).status).toBe(200);
    expect(await addressesOf(tenant, user)).toMatchObject({
      allowedActions: ["add", "promote", "remove"],
    });
  });

  test("nothing is added for somebody who is not active, and what they have can go", async () => {
    const { tenant, user, script } = await anAdmin({ second });
    const id = await idOf(tenant, user, second);
    const invited = await tenant.aUser({ state: "invited" });
    await script.post(pathOf(user), { email: "y@second.example" });
    const again = `${pathOf(user)}/pending/${await idOf(tenant, user, "y@second.example")}/mail`;
    const unknown = `${pathOf(user)}/pending/${crypto.randomUUID()}/mail`;
    expect(await codeOf(await script.post(unknown))).toEqual([404, "addresses.not_found"]);
    await script.put(`/users/${user.id}/deactivation`);
    expect(await codeOf(await script.post(again))).toEqual([409, "addresses.person_not_active"]);
    for (const person of [user, invited])
      expect(
        await codeOf(await script.post(pathOf(person), { email: "x@second.example" })),
      ).toEqual([409, "addresses.person_not_active"]);
    expect(await codeOf(await script.put(`${pathOf(user)}/${id}/primary`))).toEqual([
      409,
      "addresses.person_not_active",
    ]);
    expect(await addressesOf(tenant, user)).toMatchObject({
      allowedActions: ["remove"],
      notGivenBecause: "person_not_active",
    });
    expect((await script.delete(`${pathOf(user)}/${id}`)).status).toBe(200);
  });
});

describe("what another primary address would change", () => {
  const applications = async (tenant: TestTenant) => {
    for (const [name, more] of [
      ["Mail room", {}],
      ["Wiki", { nameIdFormat: persistent }],
      ["Of others", { availableToAll: false }],
    ] as const) {
      const made = await tenant.api.post("/applications", anApplication(name));
      const { id } = (await made.json()) as { id: string };
      await tenant.api.patch(`/applications/${id}`, { availableToAll: true, ...more });
    }
  };

  test("is a 409 with the list, unless confirm: true", async () => {
    const { tenant, user, script } = await anAdmin();
    await applications(tenant);
    const idp = await anIdp(tenant);
    const bound = `ada@${idp.domain}`;
    await giveAddress(tenant, user, bound);
    const path = `${pathOf(user)}/${await idOf(tenant, user, bound)}/primary`;
    const refused = await script.put(path);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "addresses.changes_identity",
      errors: { confirm: expect.any(String) },
      applications: [
        { id: expect.any(String), name: "Mail room", identifiedBy: "name_id" },
        { id: expect.any(String), name: "Wiki", identifiedBy: "attribute" },
      ],
      signIn: { from: null, to: idp.connection.name },
    });
    expect((await addressesOf(tenant, user)).addresses[0]).toMatchObject({ email: user.email });
    expect(await tenant.mails()).toEqual([]);
    expect((await script.put(path, { confirm: true })).status).toBe(200);
    expect((await addressesOf(tenant, user)).addresses[0]).toMatchObject({ email: bound });
  });

  test("is on the page, which wants to be told that it was read", async () => {
    const { tenant, user } = await anAdmin({ second });
    await applications(tenant);
    const browser = await tenant.signedIn(user);
    const path = `${own}/${await idOf(tenant, user, second)}/primary`;
    const page = await (await browser.get(path)).text();
    for (const text of ["Mail room", "Wiki", 'name="confirm"']) expect(page).toContain(text);
    expect(page).not.toContain("Of others");
    const refused = await browser.put(path);
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("Say that you have read what would change");
    expect(locationOf(await browser.put(path, { confirm: "on" }))).toBe(own);
  });
});
