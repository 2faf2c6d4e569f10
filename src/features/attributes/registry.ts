// The standard attributes of people: what each is, and what SAML calls it. Code, not rows: what a tenant makes of them is in `settings.ts`.
// Names and object identifiers: X.520 by RFC 4519, inetOrgPerson by RFC 2798, `mobile` by RFC 4524.
import { z } from "zod";

export const AttributeCategory = z.enum(["contact", "professional", "location", "profile"]);
export type AttributeCategory = z.infer<typeof AttributeCategory>;

/** How a value is read and kept (`values.ts`). `note` is a text of several lines. */
export type AttributeType = "text" | "note" | "phone" | "country" | "language";

export interface StandardAttribute {
  readonly category: AttributeCategory;
  readonly type: AttributeType;
  /** Characters of a value as it is kept. */
  readonly maxLength: number;
  /** FriendlyName of a SAML attribute: LDAP's name. */
  readonly friendlyName: string;
  /** Its Name, after `urn:oid:` (SAML X.500/LDAP Attribute Profile §2.2). */
  readonly oid: string;
  /** Whether it is in use where a tenant has saved no settings. */
  readonly enabledByDefault: boolean;
  /** What a browser may fill in (HTML, autofill field names). */
  readonly autocomplete: string;
}

const registry = {
  phone_work: {
    category: "contact",
    type: "phone",
    maxLength: 50,
    friendlyName: "telephoneNumber",
    oid: "2.5.4.20",
    enabledByDefault: true,
    autocomplete: "work tel",
  },
  phone_mobile: {
    category: "contact",
    type: "phone",
    maxLength: 50,
    friendlyName: "mobile",
    oid: "0.9.2342.19200300.100.1.41",
    enabledByDefault: false,
    autocomplete: "mobile tel",
  },
  display_name: {
    category: "professional",
    type: "text",
    maxLength: 255,
    friendlyName: "displayName",
    oid: "2.16.840.1.113730.3.1.241",
    enabledByDefault: true,
    autocomplete: "name",
  },
  job_title: {
    category: "professional",
    type: "text",
    maxLength: 255,
    friendlyName: "title",
    oid: "2.5.4.12",
    enabledByDefault: true,
    autocomplete: "organization-title",
  },
  department: {
    category: "professional",
    type: "text",
    maxLength: 255,
    friendlyName: "ou",
    oid: "2.5.4.11",
    enabledByDefault: true,
    autocomplete: "off",
  },
  organization: {
    category: "professional",
    type: "text",
    maxLength: 255,
    friendlyName: "o",
    oid: "2.5.4.10",
    enabledByDefault: true,
    autocomplete: "organization",
  },
  employee_id: {
    category: "professional",
    type: "text",
    maxLength: 255,
    friendlyName: "employeeNumber",
    oid: "2.16.840.1.113730.3.1.3",
    enabledByDefault: false,
    autocomplete: "off",
  },
  street_address: {
    category: "location",
    type: "text",
    maxLength: 255,
    friendlyName: "street",
    oid: "2.5.4.9",
    enabledByDefault: false,
    autocomplete: "street-address",
  },
  city: {
    category: "location",
    type: "text",
    maxLength: 255,
    friendlyName: "l",
    oid: "2.5.4.7",
    enabledByDefault: false,
    autocomplete: "address-level2",
  },
  state: {
    category: "location",
    type: "text",
    maxLength: 255,
    friendlyName: "st",
    oid: "2.5.4.8",
    enabledByDefault: false,
    autocomplete: "address-level1",
  },
  postal_code: {
    category: "location",
    type: "text",
    maxLength: 20,
    friendlyName: "postalCode",
    oid: "2.5.4.17",
    enabledByDefault: false,
    autocomplete: "postal-code",
  },
  country: {
    category: "location",
    type: "country",
    maxLength: 2,
    friendlyName: "c",
    oid: "2.5.4.6",
    enabledByDefault: false,
    autocomplete: "country",
  },
  preferred_language: {
    category: "profile",
    type: "language",
    maxLength: 35,
    friendlyName: "preferredLanguage",
    oid: "2.16.840.1.113730.3.1.39",
    enabledByDefault: true,
    autocomplete: "language",
  },
  description: {
    category: "profile",
    type: "note",
    maxLength: 2000,
    friendlyName: "description",
    oid: "2.5.4.13",
    enabledByDefault: false,
    autocomplete: "off",
  },
} as const satisfies Record<string, StandardAttribute>;

export type AttributeKey = keyof typeof registry;
/** In the order in which pages show them: by category. */
export const attributeKeys = Object.keys(registry) as readonly AttributeKey[];
export const AttributeKey = z.enum(attributeKeys);

/** Every standard attribute by its key. */
export const attributes: Readonly<Record<AttributeKey, StandardAttribute>> = registry;

/** Something of each attribute, by its key. */
export function perAttribute<T>(make: (key: AttributeKey) => T): Record<AttributeKey, T> {
  const made = attributeKeys.map((key) => [key, make(key)] as const);
  return Object.fromEntries(made) as Record<AttributeKey, T>;
}

/** Whether a stored or sent key is one of ours: a release before may have known others. */
export const isAttributeKey = (key: string): key is AttributeKey => Object.hasOwn(registry, key);
