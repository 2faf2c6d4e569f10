// Which of a person's groups an application is told of: the organisation's word and its own; consent, assertion, metadata and setup page agree.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";
import { agree, anSp, authnRequest, isPosting, received, type Sp, waitingAt } from "./support.ts";

const app = await testApp();

interface World {
  readonly tenant: TestTenant;
  readonly sp: Sp;
}

/** Somebody in three groups, of which one gives access where not everybody has it. */
async function aWorld(availableToAll = false): Promise<World> {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant, { availableToAll });
  const { id } = await tenant.aGroup("Editors", [tenant.me]);
  await tenant.aGroup("Choir", [tenant.me]);
  await tenant.aGroup("Board", [tenant.me]);
  await tenant.aGroup("Others");
  await grant(tenant, sp, id);
  return { tenant, sp };
}

const grant = ({ api }: TestTenant, { application }: Sp, groupId: string) =>
  api.post(`/applications/${application.id}/grants`, { groupId });

const says = async ({ api }: TestTenant, groupScope: string) => {
  const settings = (await (await api.get("/settings/federation")).json()) as object;
  expect((await api.put("/settings/federation", { ...settings, groupScope })).status).toBe(200);
};

const own = async ({ tenant, sp }: World, groupScope: string | null) => {
  const answer = await tenant.api.patch(`/applications/${sp.application.id}`, { groupScope });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { groupScope: string | null; groupsSent: string };
};

/** What consent shows, the assertion holds, and our metadata and the setup page promise. */
async function told({ tenant, sp }: World) {
  const browser = await tenant.signedIn(tenant.me);
  const path = await waitingAt(browser, authnRequest(app, sp));
  const first = await browser.get(path);
  const page = await first.clone().text();
  const asks = !isPosting(page);
  const shown = /Groups<\/dt>\s*<dd[^>]*>([^<]*)/.exec(page)?.[1]?.split(", ") ?? null;
  const { attributes } = await received(asks ? await agree(browser, path) : first, sp);
  const text = async (at: string) => (await tenant.newBrowser().get(at)).text();
  const metadata = await text(`/saml/idp/metadata/${sp.application.id}`);
  const setup = await text(`/saml/idp/setup/${sp.application.id}`);
  const issued = (await tenant.events("sso.assertion_issued")).at(-1);
  return {
    asks,
    shown,
    sent: attributes["groups"] ?? null,
    released: ((issued?.data["released"] ?? []) as string[]).filter((kind) => /groups/.test(kind)),
    isInMetadata: metadata.includes('Name="groups"'),
    setup: /Names of [^<]+/.exec(setup)?.[0] ?? null,
  };
}

const those = {
  asks: true,
  shown: ["Editors"],
  sent: ["Editors"],
  released: ["groups"],
  isInMetadata: true,
  setup: expect.stringContaining("groups that give access here"),
};
const everything = ["Board", "Choir", "Editors"];
const all = {
  asks: true,
  shown: everything,
  sent: everything,
  isInMetadata: true,
  setup: expect.stringContaining("all of the person’s groups"),
};
const nothing = {
  asks: true,
  shown: null,
  sent: null,
  released: [],
  isInMetadata: false,
  setup: null,
};

describe("an application is told of", () => {
  test("the groups that give access, where nobody said otherwise", async () => {
    expect(await told(await aWorld())).toEqual(those);
  });

  test("all groups where everybody has it, granted to one of them or not", async () => {
    expect(await told(await aWorld(true))).toEqual({ ...all, released: ["groups"] });
  });

  test("what the organisation says", async () => {
    const world = await aWorld();
    await says(world.tenant, "none");
    expect(await told(world)).toEqual(nothing);
    await says(world.tenant, "all");
    expect(await told(world)).toEqual({ ...all, released: ["all_groups", "groups"] });
  });

  test("what is said of it, whatever the organisation says, until that is taken back", async () => {
    const world = await aWorld();
    await says(world.tenant, "all");
    expect(await own(world, "none")).toMatchObject({ groupScope: "none", groupsSent: "none" });
    expect(await told(world)).toEqual(nothing);
    expect(await own(world, null)).toMatchObject({ groupScope: null, groupsSent: "all" });
    expect(await told(world)).toMatchObject(all);
    expect(await world.tenant.events("application.changed")).toMatchObject([
      { data: { changes: { groupScope: { from: null, to: "none" } } } },
      { data: { changes: { groupScope: { from: "none", to: null } } } },
    ]);
  });
});

describe("consent", () => {
  test("is asked again when all groups are sent instead of some, and not when it becomes less", async () => {
    const world = await aWorld();
    expect((await told(world)).asks).toBe(true);
    expect((await told(world)).asks).toBe(false);
    await own(world, "all");
    expect(await told(world)).toMatchObject({ asks: true, sent: everything });
    expect((await told(world)).asks).toBe(false);
    await own(world, "access_relevant");
    expect(await told(world)).toMatchObject({ asks: false, sent: ["Editors"] });
    await own(world, "none");
    expect(await told(world)).toMatchObject({ asks: false, sent: null });
  });

  test("given to a page that showed less does not count for more", async () => {
    const { tenant, sp } = await aWorld();
    const path = await waitingAt(tenant.browser, authnRequest(app, sp));
    const page = await (await tenant.browser.get(path)).text();
    await own({ tenant, sp }, "all");
    const shown = /name="shown" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const answer = await tenant.browser.post(`${path}/consent`, { choice: "continue", shown });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
  });
});

test("the scope costs no statement", async () => {
  const world = await aWorld();
  await told(world);
  const ask = async () => {
    const browser = await world.tenant.signedIn(world.tenant.me);
    const path = await waitingAt(browser, authnRequest(app, world.sp));
    return (await statementsOf(() => browser.get(path))).length;
  };
  const before = await ask();
  await own(world, "none");
  expect(await ask()).toBe(before);
});

describe("the application's page", () => {
  test("offers the organisation's word by what it means, and saves another", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const sp = await anSp(tenant);
    const at = `/applications/${sp.application.id}`;
    const text = async () => (await tenant.browser.get(at)).text();
    expect(await text()).toContain(
      "As the organisation says: The groups that give access to the application",
    );
    await says(tenant, "none");
    expect(await text()).toContain("As the organisation says: No groups");
    const answer = await tenant.browser.patch(at, { groupScope: "all" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, at]);
    expect(await text()).toMatch(/value="all"[^>]*checked/);
    expect((await tenant.browser.patch(at, { groupScope: "" })).status).toBe(303);
    expect(await text()).toMatch(/value=""[^>]*checked/);
  });

  test("refuses another scope, and whoever may not manage applications", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const sp = await anSp(tenant);
    const at = `/applications/${sp.application.id}`;
    expect((await tenant.api.patch(at, { groupScope: "trunk" })).status).toBe(422);
    const script = await tenant.script("admin");
    expect((await script.patch(at, { groupScope: "none" })).status).toBe(403);
    expect((await tenant.browser.patch(at, { groupScope: "none" })).status).toBe(403);
    const page = await (await tenant.browser.get(at)).text();
    expect(page).toContain("Groups it is told of");
    expect(page).not.toContain('name="groupScope"');
    const theirs = await app.aTenant();
    expect((await theirs.api.patch(at, { groupScope: "none" })).status).toBe(404);
    expect(await (await tenant.api.get(at)).json()).toMatchObject({ groupScope: null });
  });
});
