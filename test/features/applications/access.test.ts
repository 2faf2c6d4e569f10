// Who may use an application: grants to groups, availability to everyone; the list, and the page for the other side's administrator.
import { describe, expect, test } from "bun:test";
import { stateOf } from "../../http/support/state.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { metadataProblems } from "../../protocols/saml/support/schemas.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { byHand, refusalOf, register } from "./support.ts";

const app = await testApp();

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
const listed = async <T>({ api }: TestTenant, path: string) =>
  (await (await api.get(path)).json()) as Page<T>;

const grantsOf = async (tenant: TestTenant, id: string) =>
  (await listed<{ name: string }>(tenant, `/applications/${id}/grants`)).items.map(
    ({ name }) => name,
  );

describe("POST /applications/:applicationId/grants", () => {
  test("lets a group in, once, and records it once", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const group = await tenant.aGroup("Authors", [await tenant.aUser(), await tenant.aUser()]);
    for (const _ of [1, 2]) {
      const answer = await tenant.api.post(`/applications/${id}/grants`, { groupId: group.id });
      expect(await answer.json()).toMatchObject({
        items: [{ groupId: group.id, name: "Authors", memberCount: 2 }],
      });
    }
    expect((await tenant.events("application.access_granted")).map(({ data }) => data)).toEqual([
      { applicationId: id, name: "Wiki", groupId: group.id, groupName: "Authors" },
    ]);
  });

  test("takes several groups at once, all or none", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const [one, two] = [await tenant.aGroup("One"), await tenant.aGroup("Two")];
    const path = `/applications/${id}/grants`;
    const before = await stateOf(app, tenant);
    const groupIds = [one.id, crypto.randomUUID()];
    expect(await refusalOf(await tenant.api.post(path, { groupIds }))).toEqual({
      status: 422,
      code: "applications.group_not_found",
      fields: ["groupId"],
    });
    expect(await stateOf(app, tenant)).toEqual(before);
    await tenant.api.post(path, { groupIds: [one.id, two.id, one.id] });
    expect(await grantsOf(tenant, id)).toEqual(["One", "Two"]);
  });

  test("refuses a request that names no group", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    for (const body of [{}, { groupIds: [] }]) {
      const refusal = await refusalOf(await tenant.api.post(`/applications/${id}/grants`, body));
      expect(refusal).toMatchObject({ status: 422 });
    }
  });

  test("is for admins too, though changing the application is not", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const { id } = await register(tenant);
    const { id: groupId } = await tenant.aGroup();
    const answer = await tenant.browser.post(`/applications/${id}/grants`, { groupId });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/applications/${id}`]);
    const page = await (await tenant.browser.get(`/applications/${id}`)).text();
    expect(page).toContain("Access granted");
    expect(page).not.toContain(`/applications/${id}/edit`);
  });
});

describe("GET /applications/:applicationId/grants", () => {
  test("shows every group that may use it, where its page shows the first of them", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const { id } = await register(tenant);
    await app.asSuperuser(
      `with made as (
         insert into app.groups (tenant_id, name)
         select $1, 'Group ' || lpad(n::text, 3, '0') from generate_series(1, 230) n returning id)
       insert into app.application_grants (tenant_id, application_id, group_id)
       select $1, $2, id from made`,
      [tenant.id, id],
    );
    const path = `/applications/${id}/grants`;
    const first = await (await tenant.browser.get(`/applications/${id}`)).text();
    expect(first).toContain(`href="${path}">Show all 230 groups</a>`);
    const seen: string[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page: string = await (await tenant.browser.get(next)).text();
      seen.push(...[...page.matchAll(/>(Group \d{3})<\/a>/g)].map(([, name = ""]) => name));
      expect(page).toContain(`action="${path}/`);
      const [, query]: readonly string[] = /href="[^"?]*(\?cursor=[^"]+)"/.exec(page) ?? [];
      next = query === undefined ? undefined : `${path}${query.replaceAll("&amp;", "&")}`;
    }
    expect(seen).toEqual(
      Array.from({ length: 230 }, (_, n) => `Group ${String(n + 1).padStart(3, "0")}`),
    );
  });
});

describe("DELETE /applications/:applicationId/grants/:groupId", () => {
  test("takes the access away, and records it", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const { id: groupId, name } = await tenant.aGroup();
    await tenant.api.post(`/applications/${id}/grants`, { groupId });
    expect((await tenant.api.delete(`/applications/${id}/grants/${groupId}`)).status).toBe(200);
    expect(await grantsOf(tenant, id)).toEqual([]);
    const [event] = await tenant.events("application.access_revoked");
    expect(event?.data).toMatchObject({ groupId, groupName: name });
  });

  test("answers 404 for a group that had none", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const { id: groupId } = await tenant.aGroup();
    expect((await tenant.api.delete(`/applications/${id}/grants/${groupId}`)).status).toBe(404);
  });

  test("is not needed when the group is deleted", async () => {
    const tenant = await app.aTenant();
    const { id } = await register(tenant);
    const { id: groupId } = await tenant.aGroup();
    await tenant.api.post(`/applications/${id}/grants`, { groupId });
    await tenant.api.delete(`/groups/${groupId}`);
    expect(await grantsOf(tenant, id)).toEqual([]);
  });
});

describe("GET /applications", () => {
  test("pages through all, newest first, each once", async () => {
    const tenant = await app.aTenant();
    const made: string[] = [];
    for (const at of [1, 2, 3, 4, 5])
      made.unshift((await register(tenant, byHand(`App ${at}`))).id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor ? `&cursor=${cursor}` : "";
      const page: Page<{ id: string }> = await listed(tenant, `/applications?limit=2${query}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toEqual(made);
  });

  test("searches a part of the name; wildcards are letters", async () => {
    const tenant = await app.aTenant();
    for (const name of ["100% Wiki", "100 Wiki", "a_b", "a\\b"])
      await register(tenant, byHand(name));
    const found = async (q: string) =>
      (
        await listed<{ name: string }>(tenant, `/applications?q=${encodeURIComponent(q)}`)
      ).items.map(({ name }) => name);
    expect(await found("wIKI")).toEqual(["100 Wiki", "100% Wiki"]);
    expect(await found("100%")).toEqual(["100% Wiki"]);
    expect(await found("_")).toEqual(["a_b"]);
    expect(await found("\\")).toEqual(["a\\b"]);
    expect(await found("nothing")).toEqual([]);
  });

  test("shows an empty list, a list and a search that finds nothing", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const page = async (query = "") => (await tenant.browser.get(`/applications${query}`)).text();
    expect(await page()).toContain("No applications yet");
    await register(tenant, { ...byHand("Wiki"), availableToAll: true });
    expect(await page()).toContain("Everyone");
    expect(await page("?q=zzz")).toContain("No application matches “zzz”");
    const rows = await (
      await tenant.browser.fragment("/applications?q=wi", "application-rows")
    ).text();
    expect(rows).toContain("Wiki");
    expect(rows).not.toContain("<html");
  });
});

describe("the setup page and the metadata", () => {
  test("say everything that the other side has to enter, to anyone with the link", async () => {
    const tenant = await app.aTenant();
    const application = await register(tenant, byHand("Wiki <b>"));
    const answer = await tenant.newBrowser().get(`/saml/idp/setup/${application.id}`);
    expect([answer.status, headerProblems(answer)]).toEqual([200, []]);
    const page = await answer.text();
    for (const said of [
      application.entityId,
      application.metadataUrl,
      application.ssoUrl,
      "BEGIN CERTIFICATE",
    ]) {
      expect(page).toContain(said);
    }
    expect(page).not.toContain("<b>");
    expect(page).not.toContain("PRIVATE KEY");
  });

  test("are valid by the schema, and offered as a file", async () => {
    const tenant = await app.aTenant();
    const { id, entityId, ssoUrl } = await register(tenant);
    const answer = await tenant.newBrowser().get(`/saml/idp/metadata/${id}?download`);
    expect(answer.headers.get("content-type")).toStartWith("application/samlmetadata+xml");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="metadata.xml"');
    const xml = await answer.text();
    expect(metadataProblems(xml)).toEqual([]);
    expect(xml).toContain(`entityID="${entityId}"`);
    expect(xml).toContain(`Location="${ssoUrl}"`);
    expect(xml).toContain('WantAuthnRequestsSigned="false"');
  });
});

test("another tenant's application is not found by any of its addresses", async () => {
  const [ours, other] = [await app.aTenant({ signedInAs: "super_admin" }), await app.aTenant()];
  const { id } = await register(other);
  for (const path of ["", "/edit", "/metadata", "/disablement", "/deletion", "/grants"]) {
    expect([path, (await ours.browser.get(`/applications/${id}${path}`)).status]).toEqual([
      path,
      404,
    ]);
  }
  for (const path of ["metadata", "setup", "launch"]) {
    expect([path, (await ours.browser.get(`/saml/idp/${path}/${id}`)).status]).toEqual([path, 404]);
  }
});
