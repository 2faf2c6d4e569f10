// Signed requests: required where the application says it signs, and right wherever there is one and a certificate to check it with.
import { describe, expect, test } from "bun:test";
import { stranger } from "../../protocols/saml/support/keys.ts";
import { deflated, signedQuery, signXml } from "../../protocols/saml/support/requests.ts";
import { testApp } from "../../support/a-tenant.ts";
import { anSp, authnRequest, refused, refusedBy, send, signOn } from "./support.ts";

const app = await testApp();

describe("I1 a signed request", () => {
  test.each(["redirect", "post"] as const)(
    "is taken by %s, from one that has to sign",
    async (binding) => {
      const tenant = await app.aTenant({ signedInAs: "member" });
      const sp = await anSp(tenant, { signs: true });
      const way = { binding, signed: true, relayState: "kept & signed" };
      const message = await signOn(tenant.browser, sp, authnRequest(app, sp), way);
      expect(message).toMatchObject({ status: "Success", relayState: "kept & signed" });
    },
  );

  test("is required from one that says it signs", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant, { signs: true });
    for (const binding of ["redirect", "post"] as const) {
      const plain = () => send(tenant.newBrowser(), authnRequest(app, sp), { binding });
      expect(await refusedBy(app, tenant, plain)).toEqual(refused("signature_missing"));
    }
  });

  test("must say for whom it is", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant, { signs: true });
    const xml = authnRequest(app, sp, { destination: null });
    const signed = () => send(tenant.newBrowser(), xml, { signed: true });
    expect(await refusedBy(app, tenant, signed)).toEqual(refused("destination_mismatch"));
  });

  /** A redirect's query after the signer, in each way that an attacker may touch it. */
  const touched: readonly [
    what: string,
    touch: (query: string, other: string) => string,
    code: string,
  ][] = [
    [
      "RelayState changed",
      (query) => query.replace("RelayState=a", "RelayState=b"),
      "signature_invalid",
    ],
    ["RelayState left out", (query) => query.replace("RelayState=a&", ""), "signature_invalid"],
    [
      "the message exchanged",
      (query, other) => query.replace(/^SAMLRequest=[^&]+/, `SAMLRequest=${other}`),
      "signature_invalid",
    ],
    ["the signature left out", (query) => query.replace(/&Signature=.*/, ""), "signature_missing"],
    [
      "signature and algorithm left out",
      (query) => query.replace(/&SigAlg=.*/, ""),
      "signature_missing",
    ],
    [
      "a weak algorithm named",
      (query) => query.replace(/rsa-sha256/, "rsa-sha1"),
      "signature_algorithm",
    ],
    [
      "a bit turned",
      (query) => query.replace(/Signature=(.)/, (_, was) => `Signature=${was === "A" ? "B" : "A"}`),
      "signature_invalid",
    ],
    ["a second RelayState", (query) => `${query}&RelayState=b`, "duplicate_parameter"],
    ["a second message", (query, other) => `${query}&SAMLRequest=${other}`, "duplicate_parameter"],
  ];

  test.each(touched)("by redirect is refused with %s", async (_, touch, code) => {
    for (const wish of [{ signs: true }, { hasCertificate: true }]) {
      const tenant = await app.aTenant();
      const sp = await anSp(tenant, wish);
      const query = signedQuery(authnRequest(app, sp), { relayState: "a" });
      const other = deflated(authnRequest(app, sp, { attributes: 'ForceAuthn="true"' }));
      const sent = () => tenant.newBrowser().get(`/saml/idp/sso?${touch(query, other)}`);
      const leavesUnsigned = code === "signature_missing" && !("signs" in wish);
      if (leavesUnsigned) continue;
      expect(await refusedBy(app, tenant, sent)).toEqual(refused(code));
    }
  });

  test("by post is refused when an attribute, the Issuer or the signer was changed", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant, { hasCertificate: true });
    const signed = signXml(authnRequest(app, sp, { attributes: 'ForceAuthn="true"' }));
    const byStranger = signXml(authnRequest(app, sp), {
      privateKeyPem: stranger.privateKeyPem,
      certificatePem: stranger.certificatePem,
    });
    for (const [xml, code] of [
      [signed.replace('ForceAuthn="true"', 'ForceAuthn="false"'), "signature_invalid"],
      [
        signed.replace('ForceAuthn="true"', 'ForceAuthn="true" IsPassive="true"'),
        "signature_invalid",
      ],
      [byStranger, "signature_invalid"],
    ] as const) {
      const sent = () => send(tenant.newBrowser(), xml, { binding: "post" });
      expect(await refusedBy(app, tenant, sent)).toEqual(refused(code));
    }
  });

  test("of one application is not another's, though both have the same certificate", async () => {
    const tenant = await app.aTenant();
    const [one, other] = [await anSp(tenant, { signs: true }), await anSp(tenant, { signs: true })];
    const signed = signXml(authnRequest(app, one));
    const sent = () =>
      send(tenant.newBrowser(), signed.replace(one.entityId, other.entityId), { binding: "post" });
    expect(await refusedBy(app, tenant, sent)).toMatchObject({
      status: 400,
      code: "signature_invalid",
    });
  });
});
