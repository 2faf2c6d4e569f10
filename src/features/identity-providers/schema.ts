// Inputs and replies of the connections. One schema serves the form and the API.
import { z } from "zod";
import { signingKeyOf } from "#features/signing-keys/index.ts";
import { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { checkbox, optionalText, pageOf, Paging } from "#platform/http/input.ts";
import { IdentityProviderId, IdentityProviderKeyId, IdentityProviderRequestId } from "#src/ids.ts";
import { normalDomain } from "#platform/dns/domain.ts";
import { AttributeKey } from "#features/attributes/index.ts";
import { AttributeClaimChanges, readClaimFields } from "./attribute-claims.ts";
import { presetNames } from "./presets.ts";
import { texts } from "./texts.ts";

export const metadataMaxLength = 1_000_000;
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

const blankTo = (nothing: undefined | null) => (value: unknown) =>
  typeof value === "string" && value.trim() === "" ? nothing : value;

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
const LogoutUrl = z
  .string()
  .trim()
  .max(2_048, { error: () => texts.urlRefused })
  .nullable()
  .optional();

/** What may be changed; what is left out stays. */
const Changes = z.object({
  name: Name.optional(),
  emailAttribute: Claim.optional(),
  firstNameAttribute: Claim.optional(),
  lastNameAttribute: Claim.optional(),
  /** Null: the NameID says who it is. */
  subjectAttribute: z.preprocess(blankTo(null), Claim.nullable().optional()),
  attributeClaims: AttributeClaimChanges.optional(),
  createsPeople: choice,
  trustsSecondStep: choice,
  speaksForAll: choice,
  isOffered: choice,
  /** Whether who signs out here is taken on to the provider. */
  logout: Logout.optional(),
  /** Null: it takes no part in single logout. */
  logoutUrl: z.preprocess(blankTo(null), LogoutUrl),
  logoutBinding: z.enum(["redirect", "post"], { error: () => texts.bindingUnknown }).optional(),
  logoutResponseUrl: z.preprocess(blankTo(null), LogoutUrl),
});
/** A form has a field for each claim. */
export const IdentityProviderChanges = z.preprocess(readClaimFields, Changes);
export type IdentityProviderChanges = z.infer<typeof IdentityProviderChanges>;

interface Sources {
  metadataXml?: string | undefined;
  metadataUrl?: string | undefined;
  entityId?: string | undefined;
  ssoUrl?: string | undefined;
  certificates?: string | undefined;
}

/** What the provider says of itself: exactly one of the three, or nothing to fetch it again. A form's `source` says which box counts. */
export const Description = z
  .object({
    source: z.enum(["url", "xml", "manual"]).optional(),
    metadataXml: z.preprocess(
      blankTo(undefined),
      z
        .string()
        .max(metadataMaxLength, { error: () => texts.metadataTooLong })
        .optional(),
    ),
    metadataUrl: optionalText(2_048),
    entityId: optionalText(1_024),
    ssoUrl: optionalText(2_048),
    binding: z.enum(["redirect", "post"]).default("redirect"),
    /** PEM or base64, one after the other. */
    certificates: z.preprocess(
      blankTo(undefined),
      z
        .string()
        .max(certificatesMaxLength, { error: () => texts.metadataTooLong })
        .optional(),
    ),
  })
  .superRefine((given, context) => {
    for (const [path, message] of sourceProblems(given))
      context.addIssue({ code: "custom", path: [path], message });
  })
  .transform(({ source, ...input }) => (source ? onlySource(input, source) : input));
export type Description = z.infer<typeof Description>;

type SourceName = "url" | "xml" | "manual";

function sourceProblems(given: Sources & { source?: SourceName | undefined }): [string, string][] {
  const { source } = given;
  const chosen = source ? onlySource(given, source) : given;
  const { metadataXml, metadataUrl, entityId, ssoUrl, certificates } = chosen;
  if (source === "xml" && metadataXml === undefined) return [["metadataXml", texts.xmlMissing]];
  if (source === "url" && metadataUrl === undefined) return [["metadataUrl", texts.urlMissing]];
  const byHand = source === "manual" || [entityId, ssoUrl, certificates].some(Boolean);
  const sources = [metadataXml !== undefined, metadataUrl !== undefined, byHand].filter(Boolean);
  if (sources.length > 1) return [["source", texts.oneSource]];
  const problems: [wrong: boolean, field: string, message: string][] = [
    [byHand && !entityId, "entityId", texts.entityIdMissing],
    [byHand && !ssoUrl, "ssoUrl", texts.ssoUrlMissing],
    [byHand && !certificates, "certificates", texts.certificatesMissing],
    [Boolean(metadataUrl) && !URL.canParse(metadataUrl ?? ""), "metadataUrl", texts.urlInvalid],
    [Boolean(ssoUrl) && !URL.canParse(ssoUrl ?? ""), "ssoUrl", texts.urlInvalid],
  ];
  return problems.filter(([wrong]) => wrong).map(([, field, message]) => [field, message]);
}

/** A form sends every box, filled or not: only those of the chosen kind count, the others keep what was typed. */
function onlySource<T extends Sources>(input: T, source: SourceName): T {
  const byHand = source === "manual";
  return {
    ...input,
    metadataXml: source === "xml" ? input.metadataXml : undefined,
    metadataUrl: source === "url" ? input.metadataUrl : undefined,
    entityId: byHand ? input.entityId : undefined,
    ssoUrl: byHand ? input.ssoUrl : undefined,
    certificates: byHand ? input.certificates : undefined,
  };
}

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
