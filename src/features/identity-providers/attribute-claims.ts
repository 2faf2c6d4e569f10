// Which claim of a provider carries which attribute of people, and what an assertion says by them.
import { z } from "zod";
import {
  AttributeKey,
  attributeKeys,
  attributes,
  isAttributeKey,
  readValue,
  type SaidValues,
} from "#features/attributes/index.ts";
import type { ReadAssertion } from "#protocols/saml/read-response.ts";
import { attributeTexts } from "./attribute-texts.ts";

/** The claim of each attribute that is read; one that is absent is not. */
export type AttributeClaims = Readonly<Partial<Record<AttributeKey, string>>>;

/** As they are kept, without attributes that a later release knows. */
export const claimsIn = (json: unknown): AttributeClaims =>
  Object.fromEntries(
    Object.entries(z.record(z.string(), z.string()).parse(json)).filter(([key]) =>
      isAttributeKey(key),
    ),
  );

const claimMaxLength = 255;

const Claim = z.preprocess(
  (value) => (typeof value === "string" && value.trim() === "" ? null : value),
  z
    .string({ error: () => attributeTexts.claimNoText })
    .trim()
    .max(claimMaxLength, { error: () => attributeTexts.claimTooLong })
    .nullable(),
);

/** What may be changed of them: null, or an empty text, says that the attribute is not read; what is left out stays. */
export const AttributeClaimChanges = z.partialRecord(AttributeKey, Claim);
export type AttributeClaimChanges = z.infer<typeof AttributeClaimChanges>;

/** The field of a form that holds one. */
export const claimField = (key: AttributeKey): string => `attributeClaims.${key}`;

/** What the fields of a form start with. */
export const claimFields = (claims: AttributeClaims): Record<string, string> =>
  Object.fromEntries(attributeKeys.map((key) => [claimField(key), claims[key] ?? ""]));

/** A form's fields, each of its own name, as what a script sends. */
export function readClaimFields(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return raw;
  const sent = raw as Readonly<Record<string, unknown>>;
  const typed = attributeKeys.flatMap((key) => {
    const value = sent[claimField(key)];
    return value === undefined ? [] : [[key, value] as const];
  });
  return typed.length === 0 ? raw : { ...sent, attributeClaims: Object.fromEntries(typed) };
}

/** The claims after a change; the same ones where nothing differs. */
export function changedClaims(
  before: AttributeClaims,
  changes: AttributeClaimChanges = {},
): AttributeClaims {
  const after = Object.fromEntries(
    attributeKeys.flatMap((key) => {
      const claim = changes[key] === undefined ? before[key] : changes[key];
      return claim === undefined || claim === null ? [] : [[key, claim]];
    }),
  );
  const isSame = attributeKeys.every((key) => before[key] === after[key]);
  return isSame ? before : after;
}

export interface SaidAttributes {
  readonly attributes: SaidValues;
  /** Said, and none that can be kept. */
  readonly skipped: AttributeKey[];
}

/**
 * What an assertion says of a person's attributes: the first value that is not empty; a claim without any says that there is none. What
 * cannot be kept is skipped: a telephone number without its country must not lock its owner out.
 */
export function attributesSaid(
  assertion: Pick<ReadAssertion, "attributes">,
  claims: AttributeClaims,
): SaidAttributes {
  const said: Partial<Record<AttributeKey, string | null>> = {};
  const skipped: AttributeKey[] = [];
  for (const key of attributeKeys) {
    const claim = claims[key];
    const values = claim === undefined ? undefined : assertion.attributes.get(claim);
    if (values === undefined) continue;
    const read = readValue(key, values.find((value) => value.trim() !== "") ?? "");
    if ("value" in read) said[key] = read.value;
    else skipped.push(key);
  }
  return { attributes: said, skipped };
}

/** What SAML calls an attribute (X.500/LDAP Attribute Profile): what a provider without habits of its own sends. */
export const oidClaims: AttributeClaims = Object.fromEntries(
  attributeKeys.map((key) => [key, `urn:oid:${attributes[key].oid}`]),
);
