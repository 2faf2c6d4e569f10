// Domains as forms, pages and the API say them.
import { getPublicSuffix, parse } from "tldts";
import { z } from "zod";
import { Strength } from "#features/policy/index.ts";
import { normalDomain } from "#platform/dns/domain.ts";
import { GroupId, IdentityProviderId, OrganisationDomainId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** How many domains a tenant has at the most. */
export const domainsMost = 100;
/** How many groups one domain gives at the most. */
export const groupsMost = 20;

export const DomainProof = z.enum(["dns", "operator"]);
export type DomainProof = z.infer<typeof DomainProof>;

/** `nothing`: no such record; `other`: a record with another value; `unreachable`: nobody answered. */
export const CheckOutcome = z.enum(["proved", "nothing", "other", "unreachable"]);
export type CheckOutcome = z.infer<typeof CheckOutcome>;

/** Why a domain gave somebody a group: they were added, an address was verified, or a group was linked for those who are here. */
export const Given = z.enum(["added", "verified", "linked"]);
export type Given = z.infer<typeof Given>;

/**
 * A domain that somebody can own. Not one below which anybody registers names: with some providers of the second kind (dynamic DNS, hosting)
 * every customer publishes records below it, and could prove the whole.
 */
export const OwnDomain = z
  .string({ error: () => texts.domainMissing })
  .trim()
  .min(1, { error: () => texts.domainMissing })
  .max(300, { error: () => texts.domainTooLong })
  .transform((typed, context) => {
    const domain = normalDomain(typed) ?? suffixIn(typed);
    if (domain === null) {
      context.addIssue({ code: "custom", message: texts.domainInvalid });
      return z.NEVER;
    }
    if (isPublicSuffix(domain)) {
      context.addIssue({ code: "custom", message: texts.publicSuffix(domain) });
      return z.NEVER;
    }
    return domain;
  });

const isPublicSuffix = (domain: string): boolean =>
  getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;

/** A single label is no domain of addresses, but "com" deserves the better answer. */
function suffixIn(typed: string): string | null {
  const label = typed.trim().toLowerCase().replace(/^[@.]/, "");
  return /^[a-z0-9-]{2,63}$/.test(label) && parse(`example.${label}`).isIcann ? label : null;
}

export const NewDomain = z.object({ domain: OwnDomain });
export type NewDomain = z.infer<typeof NewDomain>;

export const NewLink = z.object({
  groupId: z
    .string({ error: () => texts.groupMissing })
    .refine((text) => GroupId.safeParse(text).success, { error: () => texts.groupMissing })
    .transform((text) => GroupId.parse(text)),
});

export const DomainParams = z.object({ domainId: OrganisationDomainId });
export type DomainParams = z.infer<typeof DomainParams>;
export const LinkParams = DomainParams.extend({ groupId: GroupId });
export type LinkParams = z.infer<typeof LinkParams>;

export const Domain = z.object({
  id: OrganisationDomainId,
  domain: z.string(),
  /** Null: not proved, and without effect. */
  provedAt: z.iso.datetime().nullable(),
  provedHow: DomainProof.nullable(),
  /** Since when the record that proved it is not found, look after look; null: it is there, or nothing was to be looked for. */
  recordMissingSince: z.iso.datetime().nullable(),
  groupCount: z.number().int(),
  /** The identity provider that its addresses lead to, bound there. */
  provider: z.object({ id: IdentityProviderId, name: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
});
export type Domain = z.infer<typeof Domain>;

export const DomainList = z.object({ items: z.array(Domain) });
export type DomainList = z.infer<typeof DomainList>;

export const LinkedGroup = z.object({
  id: GroupId,
  name: z.string(),
  /** What it asks of its members at sign-in; null: as the tenant asks. */
  strength: Strength.nullable(),
  /** Whether that is more than everybody is asked for: then super administrators alone link it, and add everybody to it. */
  asksMore: z.boolean(),
  linkedAt: z.iso.datetime(),
  /** People with a verified address there who are not in it, or only as long as an identity provider says so; without deactivated ones. */
  missingCount: z.number().int(),
});
export type LinkedGroup = z.infer<typeof LinkedGroup>;

export const DomainDetail = Domain.extend({
  /** The person; null: gone, or a script or an operator did it. */
  addedBy: z.object({ id: UserId, name: z.string() }).nullable(),
  /** The record that proves it. */
  record: z.object({ type: z.literal("TXT"), name: z.string(), value: z.string() }),
  /** `found`: at most three values that stand there instead, the first 200 characters of each. */
  lastCheck: z
    .object({ at: z.iso.datetime(), outcome: CheckOutcome, found: z.array(z.string()) })
    .nullable(),
  /** People with a verified address there, without deactivated ones. */
  peopleCount: z.number().int(),
  /** By name, at most 20. */
  groups: z.array(LinkedGroup),
});
export type DomainDetail = z.infer<typeof DomainDetail>;

/** A linked group, and the domain that it is linked to. */
export const Link = z.object({
  domain: z.object({ id: OrganisationDomainId, domain: z.string() }),
  group: LinkedGroup,
});
export type Link = z.infer<typeof Link>;

export const PeopleAdded = z.object({ addedCount: z.number().int() });
