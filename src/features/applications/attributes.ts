// What applications are told about people: which facts there are, what each is called, and which of them one application gets.
import {
  type AttributeKey,
  attributeKeys,
  attributeName,
  attributes,
  type AttributeSettings,
  type KnownValue,
  valuesToRelease,
} from "#features/attributes/index.ts";
import { attributeNameFormats } from "#protocols/saml/constants.ts";
import type { GroupScope } from "#features/federation/index.ts";
import { texts } from "./texts.ts";

/** A standard attribute that is sent as itself. The display name is sent in the place of first and last name, once. */
export type OwnKey = Exclude<AttributeKey, "display_name">;
export const ownKeys: readonly OwnKey[] = attributeKeys.filter(
  (key): key is OwnKey => key !== "display_name",
);

/** What is known of everybody, whatever the tenant makes of attributes. */
export const fixedKeys = ["email", "firstName", "lastName", "displayName", "groups"] as const;
export type FixedKey = (typeof fixedKeys)[number];

/** A kind of fact: consent and the audit trail name it so, whatever an application calls it. */
export type SentKey = FixedKey | OwnKey;
export const sentKeys: readonly SentKey[] = [...fixedKeys, ...ownKeys];

/** Fact → name under which an application gets it; what is absent is not sent. */
export type SentNames = Readonly<Partial<Record<SentKey, string>>>;

const fixed: Readonly<Record<FixedKey, { label: string; friendlyName: string; meaning: string }>> =
  {
    email: { label: texts.factEmail, friendlyName: "mail", meaning: texts.meaningEmail },
    firstName: {
      label: texts.meaningFirst,
      friendlyName: "givenName",
      meaning: texts.meaningFirst,
    },
    lastName: { label: texts.meaningLast, friendlyName: "sn", meaning: texts.meaningLast },
    displayName: {
      label: texts.meaningDisplay,
      friendlyName: "displayName",
      meaning: texts.meaningDisplay,
    },
    groups: { label: texts.factGroups, friendlyName: "groups", meaning: texts.meaningGroups },
  };

export const isFixed = (key: SentKey): key is FixedKey => Object.hasOwn(fixed, key);

/** The standard attribute that a fact is, or can be said by; null: none. */
export const attributeOf = (key: SentKey): AttributeKey | null => {
  if (key === "displayName") return "display_name";
  return isFixed(key) ? null : key;
};

/** What a fact is called where nobody says otherwise. */
export const usualName = (key: SentKey): string =>
  isFixed(key) ? key : attributes[key].friendlyName;

/** What people call it. */
export const factName = (key: SentKey): string =>
  isFixed(key) ? fixed[key].label : attributeName(key);

export interface SentAttribute {
  readonly key: SentKey;
  readonly name: string;
  readonly nameFormat: string;
  readonly friendlyName: string;
  readonly meaning: string;
}

/** Whether the tenant lets applications have it at all. */
export function isAllowed(settings: AttributeSettings, key: SentKey): boolean {
  if (isFixed(key)) return true;
  const { enabled, sendToApplications } = settings[key];
  return enabled && sendToApplications;
}

export interface GroupTelling {
  readonly groupsSent: GroupScope;
  readonly availableToAll: boolean;
}

/** Which of a person's groups an application is told of in fact: no group in particular gives access where everybody has it. */
export const groupsTold = ({ groupsSent, availableToAll }: GroupTelling): GroupScope =>
  groupsSent === "access_relevant" && availableToAll ? "all" : groupsSent;

/** What an application is told, as far as it is its own. */
export interface Telling extends GroupTelling {
  readonly serviceProvider: { readonly sentAttributes: SentNames };
}

/** Whether this application may have it, chosen or not: it is told of no groups where the tenant, or its own setting, says so. */
export const isLetOut = (
  application: GroupTelling,
  settings: AttributeSettings,
  key: SentKey,
): boolean => (key === "groups" ? groupsTold(application) !== "none" : isAllowed(settings, key));

/**
 * What an assertion for this application may hold: chosen for it, and the tenant lets applications have it. Metadata and the setup page say
 * it, `released` keeps to it.
 */
export function attributesFor(
  application: Telling,
  settings: AttributeSettings,
): readonly SentAttribute[] {
  const told = groupsTold(application);
  return sentKeys.flatMap((key) => {
    const name = application.serviceProvider.sentAttributes[key];
    if (name === undefined || !isLetOut(application, settings, key)) return [];
    const friendlyName = isFixed(key) ? fixed[key].friendlyName : attributes[key].friendlyName;
    const isAll = key === "groups" && told === "all";
    const usual = isFixed(key) ? fixed[key].meaning : attributeName(key);
    const meaning = isAll ? texts.meaningAllGroups : usual;
    return [{ key, name, nameFormat: formatOf(name), friendlyName, meaning }];
  });
}

/** A name that is a URI says so (Core §8.2.2); all others are plain. */
const formatOf = (name: string): string =>
  /^[a-z][a-z0-9+.-]*:/i.test(name) ? attributeNameFormats.uri : attributeNameFormats.basic;

/** What is known of a person. */
export interface Facts {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Names, in order, of those that the application is told of (`groupsTold`). */
  readonly groups: readonly string[];
  readonly values: readonly Pick<KnownValue, "key" | "value" | "source">[];
}

export interface ReleasedAttribute extends SentAttribute {
  /** At least one. */
  readonly values: readonly string[];
}

/**
 * What an application is told about a person, in order, each fact once: the one place that decides it, for the assertion, for the page that
 * asks the person, and for the administrator who looks. What people typed themselves leaves where the tenant lets that attribute alone.
 */
export function released(
  application: Telling,
  settings: AttributeSettings,
  facts: Facts,
): ReleasedAttribute[] {
  const known = new Map(
    valuesToRelease(settings, facts.values).map(({ key, value }) => [key, value] as const),
  );
  const fullName = `${facts.firstName} ${facts.lastName}`;
  const valuesOf = (key: SentKey): readonly string[] => {
    if (key === "groups") return facts.groups;
    if (key === "displayName") return [known.get("display_name") ?? fullName];
    const value = isFixed(key) ? facts[key] : known.get(key);
    return value === undefined || value === "" ? [] : [value];
  };
  return attributesFor(application, settings).flatMap((attribute) => {
    const values = valuesOf(attribute.key);
    return values.length === 0 ? [] : [{ ...attribute, values }];
  });
}
