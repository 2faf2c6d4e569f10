// What an application's metadata asks for (RequestedAttribute, SAML Metadata §2.4.4.2), and which facts of ours those are.
import { z } from "zod";
import { attributes, type AttributeSettings } from "#features/attributes/index.ts";
import {
  isAllowed,
  isFixed,
  type SentKey,
  sentKeys,
  type SentNames,
  usualName,
} from "./attributes.ts";

export const nameMaxLength = 255;
/** Of one application; what a document asks for beyond that is not looked at. */
const requestedMost = 50;

export const Requested = z.object({
  name: z.string(),
  friendlyName: z.string().nullable(),
  isRequired: z.boolean(),
});
export type Requested = z.infer<typeof Requested>;

/** As it is kept: named, bounded, each name once. */
export function keptRequests(
  said: readonly { name: string; friendlyName?: string | undefined; isRequired: boolean }[],
): Requested[] {
  const kept = new Map<string, Requested>();
  for (const { name, friendlyName, isRequired } of said) {
    if (name === "" || name.length > nameMaxLength || kept.has(name)) continue;
    kept.set(name, {
      name,
      friendlyName: friendlyName?.slice(0, nameMaxLength) ?? null,
      isRequired,
    });
  }
  return [...kept.values()].slice(0, requestedMost);
}

/** Other names by which products know a fact, in lower case: LDAP's, those of claims, those of forms. */
const otherNames: Readonly<Partial<Record<SentKey, readonly string[]>>> = {
  email: ["mail", "email", "emailaddress", "email_address"],
  firstName: ["firstname", "first_name", "givenname", "given_name"],
  lastName: ["lastname", "last_name", "sn", "surname", "familyname", "family_name"],
  displayName: ["displayname", "display_name", "cn", "fullname", "full_name"],
  groups: ["groups", "group", "memberof", "ismemberof"],
  phone_work: ["workphone", "phone", "phone_number"],
  phone_mobile: ["mobilephone"],
  department: ["department"],
  organization: ["organisation", "company", "companyname"],
  employee_id: ["employeeid"],
  street_address: ["streetaddress"],
  city: ["locality"],
  state: ["stateorprovince"],
  postal_code: ["zip", "zipcode"],
  country: ["countrycode"],
  preferred_language: ["language", "locale"],
};

/** Object identifiers of those that are no standard attribute (RFC 4519, RFC 4524, eduMember). */
const fixedOids: Readonly<Record<string, SentKey>> = {
  "0.9.2342.19200300.100.1.3": "email",
  "2.5.4.42": "firstName",
  "2.5.4.4": "lastName",
  "2.5.4.3": "displayName",
  [attributes.display_name.oid]: "displayName",
  "1.3.6.1.4.1.5923.1.5.1.1": "groups",
};

const byOid = new Map<string, SentKey>(Object.entries(fixedOids));
const byName = new Map<string, SentKey>();
for (const key of sentKeys) {
  if (!isFixed(key)) byOid.set(attributes[key].oid, key);
  const own = isFixed(key) ? [] : [key, key.replaceAll("_", ""), attributes[key].friendlyName];
  for (const name of [...own, ...(otherNames[key] ?? [])])
    if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), key);
}

/** The fact that a name stands for: an object identifier, a claim's address by its last part, a plain name. */
function factOf(name: string): SentKey | undefined {
  const oid = /^urn:oid:(.+)$/i.exec(name)?.[1];
  if (oid !== undefined) return byOid.get(oid);
  return byName.get((name.split(/[/:]/).at(-1) ?? name).toLowerCase());
}

/** Which fact is asked for; undefined: none that we know. Its name says more than its friendly name. */
export const requestedFact = ({ name, friendlyName }: Requested): SentKey | undefined =>
  factOf(name) ?? (friendlyName === null ? undefined : factOf(friendlyName));

/** The first request for each fact. */
export function requestedFacts(requested: readonly Requested[]): ReadonlyMap<SentKey, Requested> {
  const found = new Map<SentKey, Requested>();
  for (const request of requested) {
    const key = requestedFact(request);
    if (key !== undefined && !found.has(key)) found.set(key, request);
  }
  return found;
}

/** What a fact would be called: as it is asked for, else as usual; a name that is another fact's usual one is not taken from it. */
export function proposedName(key: SentKey, asked: ReadonlyMap<SentKey, Requested>): string {
  const name = asked.get(key)?.name;
  const isOthers = sentKeys.some((other) => other !== key && usualName(other) === name);
  return name === undefined || isOthers ? usualName(key) : name;
}

/** What an application begins with: what everybody has, and what the tenant sends, under the names that its metadata asks for. */
export function initialNames(
  requested: readonly Requested[],
  settings: AttributeSettings,
): SentNames {
  const asked = requestedFacts(requested);
  return Object.fromEntries(
    sentKeys
      .filter((key) => isAllowed(settings, key))
      .map((key) => [key, proposedName(key, asked)]),
  );
}

/** As they are kept, without facts that a later release knows. */
export const namesIn = (json: unknown): SentNames => {
  const kept = z.record(z.string(), z.string()).parse(json);
  return Object.fromEntries(
    sentKeys.flatMap((key) => (kept[key] === undefined ? [] : [[key, kept[key]]])),
  );
};
