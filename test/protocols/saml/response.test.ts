import { describe, expect, test } from "bun:test";
import { buildResponse } from "#protocols/saml/response.ts";
import { ours } from "./support/keys.ts";
import { protocolProblems } from "./support/schemas.ts";
test("x", async () => {
  const xml = await buildResponse(
    {
      responseId: "_r",
      assertionId: "_a",
      issuer: "urn:weftid:x",
      audience: "https://sp",
      recipient: "https://sp/acs",
      now: new Date(),
      nameId: { value: "ada@x", format: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" },
      authn: { instant: new Date(), sessionIndex: "_s", classRef: "urn:x" },
      attributes: [
        {
          name: "mail",
          nameFormat: "urn:y",
          friendlyName: "email",
          values: ["a<b>&\"'\r\n\u0001", "b"],
        },
      ],
      sign: "both",
    },
    ours.signing,
  );
  console.log(xml);
  expect(protocolProblems(xml)).toEqual([]);
  await Bun.write("/tmp/saml/r.xml", xml);
  await Bun.write("/tmp/saml/r.pem", ours.certificatePem);
});
