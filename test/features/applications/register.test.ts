// POST /applications: from metadata XML, from a metadata address, by hand; each refusal with the field that is at fault.
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { stateOf } from "../../http/support/state.ts";
import { serve, wayOut } from "../../platform/outbound/peers.ts";
import { theirs } from "../../protocols/saml/support/keys.ts";
import {
  acs,
  aggregate,
  descriptor,
  full,
  keyDescriptor,
  oneAcs,
} from "../../protocols/saml/support/sp-metadata.ts";
import { testApp } from "../../support/a-tenant.ts";
import { anEntityId, byHand, metadataOf, refusalOf, register, show } from "./support.ts";

const app = await testApp({ outbound: wayOut().outbound });
const published = new Map<string, () => Response>();
const peer = serve((request) => {
  const answer = published.get(new URL(request.url).pathname);
  return answer?.() ?? new Response("nothing here", { status: 404 });
});
const untrusted = serve(() => new Response(full), { names: ["another.test"] });
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await untrusted[Symbol.asyncDispose]();
});

/** Puts a document at an address of the peer. */
function publish(path: string, body: string, init: ResponseInit = {}): string {
  published.set(path, () => new Response(body, init));
  return `${peer.origin}${path}`;
}

describe("POST /api/v1/applications", () => {
  test("registers from metadata XML what the metadata says", async () => {
    const tenant = await app.aTenant();
    const answer = await tenant.api.post("/applications", { name: "Shop", metadataXml: full });
    expect(answer.status).toBe(201);
    const application = (await answer.json()) as Record<string, unknown> & { id: string };
    expect(answer.headers.get("location")).toBe(`/api/v1/applications/${application.id}`);
    expect(application).toMatchObject({
      kind: "saml",
      name: "Shop",
      isEnabled: true,
      availableToAll: false,
      groupCount: 0,
      entityId: `urn:weftid:${tenant.id}:idp:${application.id}`,
      metadataUrl: `${tenant.origin}/saml/idp/metadata/${application.id}`,
      ssoUrl: `${tenant.origin}/saml/idp/sso`,
      setupUrl: `${tenant.origin}/saml/idp/setup/${application.id}`,
      serviceProvider: {
        entityId: "https://sp.example.org/metadata",
        // Of the three endpoints those that a response can be posted to.
        acs: [
          { url: "https://sp.example.org/acs?a=1&b=2", index: 1, isDefault: false },
          { url: "https://sp.example.org/acs2", index: 2, isDefault: true },
        ],
        signsRequests: true,
        nameIdFormat: nameIdFormats.persistent,
        metadataUrl: null,
      },
    });
    expect(
      (application["serviceProvider"] as { signingCertificates: string[] }).signingCertificates,
    ).toHaveLength(2);
    expect(await tenant.events("application.registered")).toEqual([
      {
        name: "application.registered",
        actorKind: "client",
        subjectId: null,
        data: {
          applicationId: application.id,
          name: "Shop",
          entityId: "https://sp.example.org/metadata",
          availableToAll: false,
        },
      },
    ]);
  });

  test("registers from a metadata address, over TLS, and remembers the address", async () => {
    const tenant = await app.aTenant();
    const entityId = anEntityId();
    const metadataUrl = publish("/metadata", metadataOf(entityId));
    const application = await register(tenant, { name: "Fetched", metadataUrl });
    expect(application.serviceProvider).toMatchObject({ entityId, metadataUrl });
  });

  test("follows a redirect within the address's own host", async () => {
    const tenant = await app.aTenant();
    publish("/moved-to", metadataOf(anEntityId()));
    const metadataUrl = publish("/moved", "", { status: 302, headers: { location: "/moved-to" } });
    expect((await register(tenant, { name: "Moved", metadataUrl })).isEnabled).toBe(true);
  });

  test("registers by hand, open to everyone when told so", async () => {
    const tenant = await app.aTenant();
    const input = { ...byHand(), availableToAll: true, description: "Where we write" };
    expect(await register(tenant, input)).toMatchObject({
      availableToAll: true,
      description: "Where we write",
      serviceProvider: {
        entityId: input.entityId,
        acs: [{ url: input.acsUrl, index: 0, isDefault: true }],
        signingCertificates: [],
        signsRequests: false,
        nameIdFormat: nameIdFormats.emailAddress,
      },
    });
  });

  test("gives each application a key pair of its own, sealed for its own place", async () => {
    const tenant = await app.aTenant();
    const [one, other] = [await register(tenant), await register(tenant)];
    const rows = await app.asSuperuser<{
      application_id: string;
      sealed_key: Buffer;
      certificate: string;
    }>(
      "select application_id, sealed_key, certificate from app.saml_keys where tenant_id = $1 and state = 'active'",
      [tenant.id],
    );
    expect(rows.map((row) => row.application_id).toSorted()).toEqual([one.id, other.id].toSorted());
    expect(new Set(rows.map(({ certificate }) => certificate)).size).toBe(2);
    for (const { sealed_key: sealed } of rows)
      expect(sealed.toString("latin1")).not.toContain("PRIVATE KEY");
  });

  test("takes an entity id once in a tenant, and again in another", async () => {
    const [ours, theirTenant] = [await app.aTenant(), await app.aTenant()];
    const input = byHand();
    await register(ours, input);
    expect(await refusalOf(await ours.api.post("/applications", input))).toEqual({
      status: 409,
      code: "applications.entity_id_taken",
      fields: ["entityId"],
    });
    await register(theirTenant, input);
  });

  test("names the box that was used when the entity id is taken", async () => {
    const tenant = await app.aTenant();
    const { entityId } = (await register(tenant)).serviceProvider;
    const metadataUrl = publish("/taken", metadataOf(entityId));
    const refused = async (input: object) =>
      (await refusalOf(await tenant.api.post("/applications", { name: "Twice", ...input }))).fields;
    expect(await refused({ metadataUrl })).toEqual(["metadataUrl"]);
    expect(await refused({ metadataXml: metadataOf(entityId) })).toEqual(["metadataXml"]);
  });

  test("lets one of two win that come at once with the same entity id", async () => {
    const tenant = await app.aTenant();
    const input = byHand();
    const answers = await Promise.all([
      tenant.api.post("/applications", input),
      tenant.api.post("/applications", input),
    ]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "409"]);
    expect(await tenant.events("application.registered")).toHaveLength(1);
  });
});

describe("refusals leave nothing behind", () => {
  const name = "Refused";
  const xml = (metadataXml: string) => ({ name, metadataXml });
  const url = (path: string, body: string, init?: ResponseInit) => () => ({
    name,
    metadataUrl: publish(path, body, init),
  });
  const hand = (acsUrl: string) => ({ name, entityId: "https://sp.example.org", acsUrl });
  const sound = { entityId: "https://sp.example.org", acsUrl: "https://sp.example.org/acs" };
  const expired = descriptor(oneAcs, { role: 'validUntil="2020-01-01T00:00:00Z"' });
  const idp = metadataOf("https://idp.example.org").replaceAll(
    "SPSSODescriptor",
    "IDPSSODescriptor",
  );
  const unsigned = descriptor(oneAcs, { role: 'AuthnRequestsSigned="true"' });
  const badKey = descriptor(keyDescriptor("bm90IGEgY2VydGlmaWNhdGU=", "signing") + oneAcs);
  const javascript = descriptor(acs('Location="javascript:alert(1)" index="0"'));

  const cases: readonly [what: string, input: object | (() => object), field: string][] = [
    ["no source", { name }, "source"],
    ["two sources", { name, metadataXml: full, ...sound }, "source"],
    [
      "an address and XML",
      { name, metadataXml: full, metadataUrl: "https://sp.example.org" },
      "source",
    ],
    ["no name", sound, "name"],
    ["a blank name", { ...sound, name: "  " }, "name"],
    ["a long name", { ...sound, name: "x".repeat(256) }, "name"],
    ["a long description", { ...sound, name, description: "x".repeat(2_001) }, "description"],
    ["an unknown kind", { ...sound, name, kind: "oidc" }, "kind"],
    ["an entity id without an address", { name, entityId: sound.entityId }, "acsUrl"],
    ["an address without an entity id", { name, acsUrl: sound.acsUrl }, "entityId"],
    ["a long entity id", { ...sound, name, entityId: `https://${"x".repeat(1_024)}` }, "entityId"],
    ["half an address", hand("sp.example.org/acs"), "acsUrl"],
    ["an address in the clear", hand("http://sp.example.org/acs"), "acsUrl"],
    ["a script for an address", hand("javascript:alert(1)"), "acsUrl"],
    ["a data address", hand("data:text/html,x"), "acsUrl"],
    ["an address with a fragment", hand("https://sp.example.org/acs#a"), "acsUrl"],
    ["an address with a user name", hand("https://user@sp.example.org/acs"), "acsUrl"],
    ["text that is no XML", xml("hello"), "metadataXml"],
    ["HTML", xml("<!doctype html><html></html>"), "metadataXml"],
    ["a document type with an entity", xml(`<!DOCTYPE a [<!ENTITY b "c">]>${full}`), "metadataXml"],
    ["metadata of an identity provider", xml(idp), "metadataXml"],
    ["metadata without an address", xml(descriptor("")), "metadataXml"],
    ["metadata that has expired", xml(expired), "metadataXml"],
    ["metadata of two", xml(aggregate(metadataOf("urn:a"), metadataOf("urn:b"))), "metadataXml"],
    ["metadata that signs without a certificate", xml(unsigned), "metadataXml"],
    ["metadata with a broken certificate", xml(badKey), "metadataXml"],
    ["metadata with a script for an address", xml(javascript), "metadataXml"],
    ["metadata that is too long", xml("x".repeat(1_000_001)), "metadataXml"],
    ["a metadata address that is none", { name, metadataUrl: "sp.example.org" }, "metadataUrl"],
    [
      "a metadata address in the clear",
      { name, metadataUrl: "ftp://sp.example.org" },
      "metadataUrl",
    ],
    [
      "an address with nothing at it",
      () => ({ name, metadataUrl: `${peer.origin}/none` }),
      "metadataUrl",
    ],
    ["an address that fails", url("/500", full, { status: 500 }), "metadataUrl"],
    ["an address with a page at it", url("/page", "<html></html>"), "metadataUrl"],
    ["an address with too much at it", url("/large", "x".repeat(1_100_000)), "metadataUrl"],
    [
      "an address that leads elsewhere",
      url("/away", "", { status: 302, headers: { location: "https://elsewhere.test/" } }),
      "metadataUrl",
    ],
    [
      "an address with another's certificate",
      () => ({ name, metadataUrl: `${untrusted.origin}/metadata` }),
      "metadataUrl",
    ],
    [
      "an address where nobody is",
      { name, metadataUrl: "https://idp.test:1/metadata" },
      "metadataUrl",
    ],
  ];

  const tenant = app.aTenant({ signedInAs: "super_admin" });
  for (const [what, input, field] of cases) {
    test(what, async () => {
      const { api, id } = await tenant;
      const before = await stateOf(app, { id });
      const given = typeof input === "function" ? input() : input;
      const refusal = await refusalOf(await api.post("/applications", given));
      expect(refusal).toMatchObject({ status: 422, fields: [field] });
      expect(await stateOf(app, { id })).toEqual(before);
    });
  }

  test("an address within this installation's own network", async () => {
    const guarded = await testApp({ outbound: wayOut({ allowPrivate: false }).outbound });
    const { api } = await guarded.aTenant();
    for (const host of ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "idp.test"]) {
      const metadataUrl = `https://${host}:${peer.port}/metadata`;
      const refusal = await refusalOf(await api.post("/applications", { name, metadataUrl }));
      expect({ host, ...refusal }).toMatchObject({ host, status: 422, fields: ["metadataUrl"] });
    }
  });
});

describe("the form", () => {
  test("registers and goes on to the application, with a notice", async () => {
    const { browser, ...tenant } = await app.aTenant({ signedInAs: "super_admin" });
    const { name, entityId, acsUrl } = byHand("By form");
    const answer = await browser.post("/applications", {
      name,
      entityId,
      acsUrl,
      source: "manual",
      metadataUrl: "",
      metadataXml: "",
      availableToAll: "on",
    });
    expect(answer.status).toBe(303);
    const path = answer.headers.get("location") ?? "";
    expect(path).toMatch(/^\/applications\/[0-9a-f-]{36}$/);
    const page = await (await browser.get(path)).text();
    expect(page).toContain("By form is registered.");
    expect(await show({ ...tenant, browser }, path.slice("/applications/".length))).toMatchObject({
      name,
      availableToAll: true,
      serviceProvider: { entityId },
    });
  });

  test("reads the chosen box only, and keeps what was typed in the others when it refuses", async () => {
    const { browser } = await app.aTenant({ signedInAs: "super_admin" });
    const typed = {
      name: "Kept <b>",
      source: "xml",
      metadataXml: "<not-metadata/>",
      metadataUrl: "https://kept.example.org/metadata",
      entityId: "https://kept.example.org/entity",
      acsUrl: "nonsense that does not count",
    };
    const answer = await browser.post("/applications", typed);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    for (const kept of [
      "Kept &lt;b&gt;",
      "&lt;not-metadata/&gt;",
      typed.metadataUrl,
      typed.entityId,
    ]) {
      expect(page).toContain(kept);
    }
    expect(page).toContain("This is not usable metadata");
    expect(page).not.toContain("Kept <b>");
  });

  test.each([
    [{ source: "url" }, ["Give the application a name", "Give the metadata address"]],
    [{ source: "xml" }, ["Give the application a name", "Paste the metadata"]],
    [
      { source: "manual" },
      [
        "Give the application a name",
        "Give the entity ID",
        "Give the address that takes responses",
      ],
    ],
    [
      { source: "url", metadataUrl: "nonsense" },
      ["Give the application a name", "Give a full web address"],
    ],
  ])("tells everything that is missing at once: %j", async (typed, problems) => {
    const { browser } = await app.aTenant({ signedInAs: "super_admin" });
    const empty = { name: " ", metadataUrl: "", metadataXml: "", entityId: "", acsUrl: "" };
    const answer = await browser.post("/applications", { ...empty, ...typed });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    for (const problem of problems) expect(page).toContain(problem);
  });

  test("tells a script everything at once, too", async () => {
    const { api } = await app.aTenant();
    expect(await refusalOf(await api.post("/applications", {}))).toMatchObject({
      status: 422,
      fields: ["name", "source"],
    });
  });

  test("is for super admins", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    expect((await tenant.browser.get("/applications/new")).status).toBe(403);
    expect(await (await tenant.browser.get("/applications")).text()).not.toContain(
      'href="/applications/new"',
    );
  });
});

test("the certificate an application publishes is the one of its key", async () => {
  const tenant = await app.aTenant();
  const { id } = await register(tenant);
  const metadata = await (await tenant.newBrowser().get(`/saml/idp/metadata/${id}`)).text();
  const published = /<(?:\w+:)?X509Certificate>([^<]+)</.exec(metadata)?.[1] ?? "";
  const [row] = await app.asSuperuser<{ certificate: string }>(
    "select certificate from app.saml_keys where application_id = $1",
    [id],
  );
  const digest = (base64: string) =>
    createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
  const kept = row?.certificate.replace(/-----[^-]+-----|\s/g, "") ?? "";
  expect(digest(published.replace(/\s/g, ""))).toBe(digest(kept));
  expect(kept).not.toBe(theirs.signing.certificate);
});
