// Which fields of which events name a person is written beside them: an event with a new text must say so, or say here that it does not.
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { declaredEvents } from "#src/catalogue.ts";

/** Texts that name no person, by event and field: `*` for every event. */
const impersonal: readonly string[] = [
  "api_client.created.areas",
  // What a thing is called, or was.
  "api_client.*.name",
  "application.*.name",
  "application.*.groupName",
  "group.*.name",
  "domain.*.name",
  "domain.*.domain",
  "domain.removed.groups",
  "group.renamed.from",
  "group.renamed.to",
  "identity_provider.*.name",
  "identity_provider.groups_taken.added",
  "identity_provider.groups_taken.removed",
  "identity_provider.group_created.value",
  "provider_people.*.name",
  "provider_people.*.value",
  "group.member_removed.stillGivenBy",
  "sso.*.application",
  "logout.*.application",
  "logout.*.name",
  "logout.message_refused.issuer",
  "logout.message_refused.code",
  "tenant.*.name",
  "tenant.*.subdomain",
  // Settings, before and after.
  "application.changed.changes",
  "federation_settings.changed.changes",
  "application.attributes_changed.changes",
  "identity_provider.changed.changes",
  "provider_people.groups_set.changes",
  "identity_provider.described.from",
  "identity_provider.described.to",
  "sign_in_policy.*.changes",
  "branding.accent_changed.before",
  "branding.accent_changed.after",
  // What the specifications name.
  "application.*.entityId",
  "application.metadata_replaced.acsUrls",
  "application.metadata_replaced.sloUrls",
  "application.*.fingerprint",
  "application.*.formerFingerprint",
  "identity_provider.*.entityId",
  "identity_provider.*.fingerprint",
  "identity_provider.*.formerFingerprint",
  "identity_provider.*.domain",
  "identity_provider.response_refused.code",
  "sso.assertion_issued.assertionId",
  "sso.assertion_issued.inResponseTo",
  "sso.assertion_issued.nameIdFormat",
  "sso.assertion_issued.authnContext",
  "sso.assertion_issued.released",
  "sso.assertion_issued.through",
  "sso.request_refused.issuer",
  "sso.request_refused.code",
  // Words of our own.
  "branding.logo_changed.sha256",
  "limits.released.limit",
  "sign_in.limited.limit",
  "passkey.registered.aaguid",
  "profile.changed.timeZone",
  "session.*.methods",
  "user.password_imported.form",
  "secrets.resealed.table",
  "secrets.resealed.column",
];

/** Whether a schema takes text of any form, at any depth; an id, an instant and a word of a list are none. */
function takesText(schema: z.ZodType): boolean {
  const plain = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
  const walk = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(walk);
    if (typeof node !== "object" || node === null) return false;
    const {
      type,
      format,
      pattern,
      const: fixed,
      enum: words,
      ...parts
    } = node as Record<string, unknown>;
    if (fixed !== undefined || words !== undefined) return false;
    if (type === "string") return format === undefined && pattern === undefined;
    // Of any type at all.
    if (
      type === undefined &&
      parts["anyOf"] === undefined &&
      parts["oneOf"] === undefined &&
      parts["allOf"] === undefined
    )
      return (
        Object.keys(parts).every((key) => key === "$schema" || key === "default") ||
        Object.values(parts).some(walk)
      );
    return Object.values(parts).some(walk);
  };
  return walk(plain);
}

const shapeOf = ({ data }: { data: z.ZodType }): Record<string, z.ZodType> =>
  data instanceof z.ZodObject ? data.shape : {};

const isExempt = (name: string, field: string): boolean =>
  impersonal.includes(`${name}.${field}`) ||
  impersonal.includes(`${name.split(".")[0]}.*.${field}`);

/** Other test files of the process declare some for themselves. */
const ofProduct = [...declaredEvents().values()].filter(
  ({ name }) => !name.startsWith("names_test."),
);

describe("every declared event", () => {
  for (const event of ofProduct) {
    test(`${event.name} says which of its texts name a person`, () => {
      expect(event.data).toBeInstanceOf(z.ZodObject);
      const texts = Object.entries(shapeOf(event)).flatMap(([field, schema]) =>
        takesText(schema) ? [field] : [],
      );
      const undecided = texts.filter(
        (field) => !event.personal.includes(field) && !isExempt(event.name, field),
      );
      // Add the field to `personal` of its defineEvent, or to `impersonal` above.
      expect(undecided).toEqual([]);
      expect(event.personal.filter((field) => !(field in shapeOf(event)))).toEqual([]);
      // Names and addresses of people are never exempt.
      expect(
        Object.keys(shapeOf(event)).filter(
          (field) =>
            /^(firstName|lastName|email|subject)$/.test(field) && !event.personal.includes(field),
        ),
      ).toEqual([]);
    });
  }

  test("the exemptions are all in use", () => {
    const names = ofProduct;
    const isUsed = (exemption: string) =>
      names.some((event) =>
        Object.keys(shapeOf(event)).some(
          (field) =>
            exemption === `${event.name}.${field}` ||
            exemption === `${event.name.split(".")[0]}.*.${field}`,
        ),
      );
    expect(impersonal.filter((exemption) => !isUsed(exemption))).toEqual([]);
  });
});
