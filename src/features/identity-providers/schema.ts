// Inputs and replies of the connections. One schema serves the form and the API.
import { z } from "zod";
import {
  descriptionFields,
  logoutFields,
  oneSource,
  pasted,
} from "#features/peer-metadata/index.ts";
import { signingKeyOf } from "#features/signing-keys/index.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { checkbox, optionalText, pageOf, Paging } from "#platform/http/input.ts";
import { IdentityProviderId, IdentityProviderKeyId, IdentityProviderRequestId } from "#src/ids.ts";
import { normalDomain } from "#platform/dns/domain.ts";
import { AttributeKey } from "#features/attributes/index.ts";
import { AttributeClaimChanges, readClaimFields } from "./attribute-claims.ts";
import { presetNames } from "./presets.ts";
import { texts } from "./texts.ts";

const certificatesMaxLength = 64_000;
/** Of one connection. */
export const domainsMost = 200;

const Name = z
  .string({ error: () => texts.nameMissing })
  .trim()
  .min(1, { error: () => texts.nameMissing })
  .max(120, { error: () => texts.nameTooLong });
const Claim = z
  .string({ error: () => texts.claimMissing })
  .trim()
  .min(1, { error: () => texts.claimMissing })
  .max(255, { error: () => texts.claimTooLong });

const blankToNull = (value: unknown) =>
  typeof value === "string" && value.trim() === "" ? null : value;

/** A choice of a form, or a boolean; absent: it stays. */
const choice = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean({ error: () => texts.yesOrNo }).optional(),
);

export const NewIdentityProvider = z.object({
  kind: z.literal("saml").default("saml"),
  name: Name,
  preset: z.enum(presetNames, { error: () => texts.presetUnknown }),
});
export type NewIdentityProvider = z.infer<typeof NewIdentityProvider>;

const Logout = z.enum(["always", "offer", "never"], { error: () => texts.logoutUnknown });

/** What may be changed; what is left out stays. */
const Changes = z.object({
  name: Name.optional(),
  emailAttribute: Claim.optional(),
  firstNameAttribute: Claim.optional(),
  lastNameAttribute: Claim.optional(),
  /** Null: the NameID says who it is. */
  subjectAttribute: z.preprocess(blankToNull, Claim.nullable().optional()),
  attributeClaims: AttributeClaimChanges.optional(),
  createsPeople: choice,
  trustsSecondStep: choice,
  speaksForAll: choice,
  isOffered: choice,
  /** Whether who signs out here is taken on to the provider. */
  logout: Logout.optional(),
  ...logoutFields,
});
/** A form has a field for each claim. */
export const IdentityProviderChanges = z.preprocess(readClaimFields, Changes);
export type IdentityProviderChanges = z.infer<typeof IdentityProviderChanges>;

const source = oneSource({
  byHand: { ssoUrl: texts.ssoUrlMissing, certificates: texts.certificatesMissing },
  address: "ssoUrl",
  problem: texts.oneSource,
  mayBeNone: true,
});

/** What the provider says of itself: exactly one of the three, or nothing to fetch it again. A form's `source` says which box counts. */
export const Description = z
  .object({
    ...descriptionFields,
    ssoUrl: optionalText(2_048),
    binding: z.enum(["redirect", "post"]).default("redirect"),
    /** PEM or base64, one after the other. */
    certificates: pasted(certificatesMaxLength),
  })
  .superRefine(source.check)
  .transform(source.only);
export type Description = z.infer<typeof Description>;

export const NewDomain = z.object({
  domain: z
    .string({ error: () => texts.domainMissing })
    .trim()
    .min(1, { error: () => texts.domainMissing })
    .max(300, { error: () => texts.domainInvalid })
    .transform((typed, context) => {
      const domain = normalDomain(typed);
      if (domain !== null) return domain;
      context.addIssue({ code: "custom", message: texts.domainInvalid });
      return z.NEVER;
    }),
});

/** That the caller has read who is left without a way in. */
export const Confirmation = z.object({
  confirmed: z.preprocess(
    (value) => value === true || value === "on" || value === "true",
    z.boolean().default(false),
  ),
});

/** The same, and whether what it put on profiles stays there. */
export const Deletion = Confirmation.extend({ keepsAttributes: checkbox() });

export const ProviderParams = z.object({ providerId: IdentityProviderId });
export const DomainParams = ProviderParams.extend({
  domain: z
    .string()
    .max(253)
    .regex(/^\P{Cc}+$/u),
});
export const KeyParams = ProviderParams.extend({ providerKeyId: IdentityProviderKeyId });
export const TestParams = ProviderParams.extend({ testId: IdentityProviderRequestId });
export const ProviderPaging = Paging;

export const ProviderSummary = z.object({
  id: IdentityProviderId,
  kind: z.literal("saml"),
  preset: z.enum(presetNames),
  name: z.string(),
  /** A draft has our side only. */
  state: z.enum(["draft", "enabled", "disabled"]),
  /** Where addresses lead whose domain is bound to no provider. */
  isDefault: z.boolean(),
  domains: z.array(z.string()),
  /** People whom it has named. */
  peopleCount: z.number().int(),
  createdAt: z.date(),
});
export type ProviderSummary = z.infer<typeof ProviderSummary>;
export const ProviderList = pageOf(ProviderSummary);

/** `entityId`, `acsUrl`, `sloUrl` and `metadataUrl` are ours, for the other side to enter; `provider` is what it told us, null until it has. */
export const IdentityProvider = ProviderSummary.extend({
  entityId: z.string(),
  acsUrl: z.string(),
  sloUrl: z.string(),
  metadataUrl: z.string(),
  setupUrl: z.string(),
  provider: z
    .object({
      entityId: z.string(),
      ssoRedirectUrl: z.string().nullable(),
      ssoPostUrl: z.string().nullable(),
      /** Where it is told that a session has ended, by HTTP-Redirect where it takes that; empty: it takes no part. */
      slo: z.array(LogoutEndpoint),
      /** Base64 DER. */
      signingCertificates: z.array(z.string()),
      metadataUrl: z.string().nullable(),
      describedAt: z.date().nullable(),
    })
    .nullable(),
  emailAttribute: z.string(),
  firstNameAttribute: z.string(),
  lastNameAttribute: z.string(),
  subjectAttribute: z.string().nullable(),
  /** Attribute of people → claim that carries it. */
  attributeClaims: z.partialRecord(AttributeKey, z.string()),
  createsPeople: z.boolean(),
  trustsSecondStep: z.boolean(),
  speaksForAll: z.boolean(),
  /** Named on the page for the password, to everybody alike: for people whose address leads elsewhere. */
  isOffered: z.boolean(),
  /** The claim that names groups (`/groups` has the rest). */
  groupsAttribute: z.string().nullable(),
  logout: Logout,
});
export type IdentityProvider = z.infer<typeof IdentityProvider>;

export const BoundDomain = z.object({
  domain: z.string(),
  boundAt: z.date(),
  /** Whether it is proved to be the organisation's (features/domains). */
  isProved: z.boolean(),
});
export type BoundDomain = z.infer<typeof BoundDomain>;
export const DomainList = z.object({ items: z.array(BoundDomain) });

export const SigningKey = signingKeyOf(IdentityProviderKeyId);
export type SigningKey = z.infer<typeof SigningKey>;
export const SigningKeyList = z.object({ items: z.array(SigningKey) });
