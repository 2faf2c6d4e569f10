// From a verified assertion to what we believe of it: who it is, under which address, and only addresses that the provider may name.
import { z } from "zod";
import { assertedFactors } from "#protocols/saml/authn-context.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { ReadAssertion } from "#protocols/saml/read-response.ts";
import { domainOf } from "#platform/dns/domain.ts";
import type { Named, Standing } from "./assignments.ts";
import { attributesSaid } from "./attribute-claims.ts";
import { presets } from "./presets.ts";
import type { FoundProvider } from "./queries.ts";
import type { Asserted } from "./requests.ts";

/** As addresses and names of people are stored. */
const Address = z.string().trim().toLowerCase().max(254).pipe(z.email());
const Name = z
  .string()
  .normalize("NFC")
  .trim()
  .min(1)
  .max(200)
  // No control characters, and no direction marks that make one name look like another.
  .regex(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u);

/** Names of groups that are taken from one assertion. */
export const groupsMost = 200;

/**
 * `standingOf` answers what an address outside of the provider's domains is worth, for this subject.
 * @throws {SamlError} subject_missing, claim_invalid or address_not_allowed
 */
export async function readClaims(
  assertion: ReadAssertion,
  provider: FoundProvider,
  standingOf: (named: Named) => Promise<Standing>,
): Promise<Asserted> {
  const { nameId, authn } = assertion;
  const subject = subjectOf(assertion, provider);
  const email = await believed(addressOf(assertion, provider), { subject, provider, standingOf });
  return {
    providerId: provider.id,
    providerName: provider.name,
    subject,
    email,
    firstName: nameIn(assertion, provider.firstNameAttribute),
    lastName: nameIn(assertion, provider.lastNameAttribute),
    nameId: nameId?.value ?? null,
    nameIdFormat: nameId?.format ?? null,
    nameQualifier: nameId?.nameQualifier ?? null,
    spNameQualifier: nameId?.spNameQualifier ?? null,
    sessionIndex: authn?.sessionIndex ?? null,
    authenticatedAt: authn?.instant.toISOString() ?? null,
    factors: assertedFactors({ classRef: authn?.classRef, attributes: assertion.attributes }),
    trustsSecondStep: provider.trustsSecondStep,
    takesContexts: presets[provider.preset].strongContexts.length > 0,
    createsPeople: provider.createsPeople,
    ...groupsOf(assertion, provider),
    ...attributesSaid(assertion, provider.attributeClaims),
  };
}

/**
 * The address, where the provider may name it. Whom it has brought in before is known by the subject, and comes in under whatever address
 * it has for them by now: that is used for nothing, and refusing it would lock somebody out who removed an address here, or got another one
 * there. @throws {SamlError} address_not_allowed
 */
async function believed(
  email: string | null,
  {
    subject,
    provider,
    standingOf,
  }: {
    subject: string;
    provider: FoundProvider;
    standingOf: (named: Named) => Promise<Standing>;
  },
): Promise<string | null> {
  if (email === null || mayName(email, provider)) return email;
  const standing = await standingOf({ providerId: provider.id, subject, email });
  if (standing === "unknown") throw notAllowed(email, provider);
  return standing === "expected" ? email : null;
}

/** As much as the index of links takes, whatever the letters. */
const subjectMostBytes = 1_024;

function subjectOf(assertion: ReadAssertion, provider: FoundProvider): string {
  const subject = namedSubject(assertion, provider);
  if (Buffer.byteLength(subject) <= subjectMostBytes) return subject;
  throw new SamlError("invalid_message", `the subject is over ${subjectMostBytes} bytes`);
}

/** What never changes: the mapped attribute, else a NameID that is not made anew each time. */
function namedSubject({ nameId, attributes }: ReadAssertion, provider: FoundProvider): string {
  const { subjectAttribute } = provider;
  if (subjectAttribute !== null) {
    const [value, second] = attributes.get(subjectAttribute) ?? [];
    if (value !== undefined && second === undefined) return value;
    throw missing(subjectAttribute, attributes);
  }
  if (nameId && nameId.format !== nameIdFormats.transient) return nameId.value;
  throw new SamlError("subject_missing", "no NameID that stays", {
    facts: { claim: "NameID", format: nameId?.format ?? "" },
  });
}

/** The address, where there is one: the attribute, else a NameID that is one. */
function addressOf({ nameId, attributes }: ReadAssertion, provider: FoundProvider): string | null {
  const { emailAttribute } = provider;
  const isNamed =
    nameId !== undefined &&
    (nameId.format === nameIdFormats.emailAddress || nameId.format === nameIdFormats.unspecified);
  const [typed = isNamed && nameId.value.includes("@") ? nameId.value : undefined, second] =
    attributes.get(emailAttribute) ?? [];
  if (typed === undefined) return null;
  const parsed = Address.safeParse(typed);
  if (!parsed.success || second !== undefined) {
    throw new SamlError("claim_invalid", "the address is none, or several", {
      facts: { claim: emailAttribute, value: typed },
    });
  }
  return parsed.data;
}

/** A provider names addresses of its own domains only: else any of a tenant's providers could come in as anybody. */
function mayName(email: string, provider: FoundProvider): boolean {
  const domain = domainOf(email);
  const isBound = domain !== null && provider.domains.includes(domain);
  return isBound || (provider.isDefault && provider.speaksForAll);
}

const notAllowed = (email: string, provider: FoundProvider): SamlError =>
  new SamlError("address_not_allowed", "an address of a domain that is not bound to it", {
    facts: { theirs: domainOf(email) ?? "", ours: provider.domains.join(", ") },
  });

/**
 * Names of groups. A claim without a value says that there are none; one whose values are none that can be taken says nothing: a person
 * must not lose every group because the provider sends thousands, or something else than names.
 */
function groupsOf(
  { attributes }: ReadAssertion,
  { groupsAttribute }: FoundProvider,
): Pick<Asserted, "groups" | "groupsUnusable"> {
  const said = groupsAttribute === null ? undefined : attributes.get(groupsAttribute);
  if (said === undefined) return { groups: null, groupsUnusable: 0 };
  const names = said
    .map((value) => Name.safeParse(value).data)
    .filter((name) => name !== undefined);
  const groups = [...new Set(names)];
  const isUnusable = groups.length > groupsMost || (said.length > 0 && groups.length === 0);
  return isUnusable ? { groups: null, groupsUnusable: said.length } : { groups, groupsUnusable: 0 };
}

/** A name that is none is left out: a profile with a strange character must not lock its owner out. */
function nameIn({ attributes }: ReadAssertion, claim: string): string | null {
  const parsed = Name.safeParse(attributes.get(claim)?.[0]);
  return parsed.success ? parsed.data : null;
}

const missing = (claim: string, attributes: ReadAssertion["attributes"]): SamlError =>
  new SamlError("subject_missing", `the claim ${claim} is absent`, {
    facts: { claim, there: [...attributes.keys()].join(", ") },
  });
