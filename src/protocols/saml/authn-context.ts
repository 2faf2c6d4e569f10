// Authentication contexts: what we say truthfully about how a person signed in, and whether that is
// what a request asks for (Core §3.3.2.2.1, SAML Authentication Context §3, REFEDS SFA and MFA profiles).

export const authnContexts = {
  unspecified: "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
  password: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
  passwordProtectedTransport: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
  timeSyncToken: "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
  mobileTwoFactorUnregistered: "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
  mobileTwoFactorContract: "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
  refedsSingleFactor: "https://refeds.org/profile/sfa",
  refedsMultiFactor: "https://refeds.org/profile/mfa",
} as const;
export type AuthnContext = (typeof authnContexts)[keyof typeof authnContexts];

/** What a person proved in a session. `passkey` means with user verification: two factors in one. */
export type AuthnMethod =
  | "password"
  | "email_code"
  | "totp"
  | "backup_code"
  | "passkey"
  /** An identity provider's word, and what it said about several factors. */
  | "provider"
  | "provider_mfa"
  | "provider_phishing_resistant";

export type Comparison = "exact" | "minimum" | "maximum" | "better";

export interface RequestedAuthnContext {
  /** In the requester's order of preference. Empty when it asked by declaration, which nothing meets. */
  classRefs: readonly string[];
  comparison: Comparison;
}

/** Equal numbers are equally strong. What is not here has no place in the order and only equals itself. */
const strengths: ReadonlyMap<string, number> = new Map([
  [authnContexts.unspecified, 0],
  [authnContexts.password, 1],
  [authnContexts.passwordProtectedTransport, 2],
  [authnContexts.refedsSingleFactor, 2],
  [authnContexts.timeSyncToken, 3],
  [authnContexts.mobileTwoFactorUnregistered, 3],
  [authnContexts.mobileTwoFactorContract, 3],
  [authnContexts.refedsMultiFactor, 3],
]);

/**
 * Every class that is true of a sign-in, the one to assert when nobody asks first. A code sent by
 * e-mail is no second factor for REFEDS MFA: the mailbox is often open to whoever knows the password
 * (NIST SP 800-63B-4 §3.1.3.1).
 */
export function contextsOf(methods: readonly AuthnMethod[]): readonly AuthnContext[] {
  const has = (method: AuthnMethod) => methods.includes(method);
  const { refedsMultiFactor, refedsSingleFactor, timeSyncToken, unspecified } = authnContexts;
  const weak = [authnContexts.passwordProtectedTransport, authnContexts.password];
  if (has("passkey")) {
    return has("password")
      ? [refedsMultiFactor, ...weak, refedsSingleFactor, unspecified]
      : [refedsMultiFactor, refedsSingleFactor, unspecified];
  }
  if (has("provider_mfa") || has("provider_phishing_resistant"))
    return [refedsMultiFactor, refedsSingleFactor, unspecified];
  // How the provider asked is not ours to say; a second step of ours makes several factors of it.
  if (has("provider") && !has("password")) {
    const isMulti = has("totp") || has("backup_code");
    return isMulti ? [refedsMultiFactor, unspecified] : [unspecified];
  }
  if (!has("password")) return [unspecified];
  const single = [...weak, refedsSingleFactor, unspecified];
  if (has("totp"))
    return [...single.slice(0, 1), refedsMultiFactor, timeSyncToken, ...single.slice(1)];
  if (has("backup_code")) return [...single.slice(0, 1), refedsMultiFactor, ...single.slice(1)];
  return single;
}

/** Whether one class meets a request (Core §3.3.2.2.1). */
export function satisfies(requested: RequestedAuthnContext, actual: string): boolean {
  const { classRefs, comparison } = requested;
  const strength = strengths.get(actual);
  if (comparison === "exact" || strength === undefined) {
    return comparison !== "better" && classRefs.includes(actual);
  }
  const isMet = (classRef: string) => compare(comparison, strength, strengths.get(classRef));
  return comparison === "better"
    ? classRefs.length > 0 && classRefs.every(isMet)
    : classRefs.some(isMet);
}

function compare(
  comparison: Exclude<Comparison, "exact">,
  strength: number,
  asked: number | undefined,
): boolean {
  if (asked === undefined) return false;
  if (comparison === "minimum") return strength >= asked;
  return comparison === "maximum" ? strength <= asked : strength > asked;
}

/**
 * The class to assert out of those that are true: for an exact request the one it prefers, for a
 * maximum the strongest that is allowed, else the first. Undefined means NoAuthnContext, or stepping up.
 */
export function chooseContext(
  requested: RequestedAuthnContext | undefined,
  available: readonly AuthnContext[],
): AuthnContext | undefined {
  if (!requested) return available[0];
  const meeting = available.filter((context) => satisfies(requested, context));
  if (requested.comparison === "exact") {
    return [...meeting].sort(
      (a, b) => requested.classRefs.indexOf(a) - requested.classRefs.indexOf(b),
    )[0];
  }
  return [...meeting].sort((a, b) => (strengths.get(b) ?? 0) - (strengths.get(a) ?? 0))[0];
}

/** Microsoft's names: the context that asks for several factors, the claim that lists what was used, and its value for several. */
export const microsoftMultiFactor = "http://schemas.microsoft.com/claims/multipleauthn";
export const authnMethodsReferences = "http://schemas.microsoft.com/claims/authnmethodsreferences";

/**
 * What says that several factors were proven (REFEDS MFA, SAML Authentication Context §3.4, PAPE 1.0 §4, Microsoft, NIST SP 800-63B-4 §2.2).
 * A TimeSyncToken is not here: it names one device.
 */
const multiFactor: ReadonlySet<string> = new Set([
  authnContexts.refedsMultiFactor,
  authnContexts.mobileTwoFactorContract,
  authnContexts.mobileTwoFactorUnregistered,
  microsoftMultiFactor,
  "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
  "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
  "http://schemas.openid.net/pape/policies/2007/06/multi-factor-physical",
  "http://idmanagement.gov/ns/assurance/aal/2",
]);
/** What says that the proof cannot be phished (PAPE 1.0 §4, OpenID Connect EAP ACR Values 1.0 §3, NIST SP 800-63B-4 §2.3). */
const phishingResistant: ReadonlySet<string> = new Set([
  "http://schemas.openid.net/pape/policies/2007/06/phishing-resistant",
  "phr",
  "phrh",
  "http://idmanagement.gov/ns/assurance/aal/2?phishing_resistant=true",
  "http://idmanagement.gov/ns/assurance/aal/3",
]);

/** How a password is called in a list of all that was used (Microsoft; RFC 8176 §2). */
const passwords: ReadonlySet<string> = new Set([
  "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
  authnContexts.password,
  authnContexts.passwordProtectedTransport,
  "pwd",
]);

/** What an identity provider said about factors. `single`: nothing that is known. `named_single`: that it was one alone. */
export const assertedFactorsOptions = [
  "single",
  "named_single",
  "multi",
  "phishing_resistant",
] as const;
export type AssertedFactors = (typeof assertedFactorsOptions)[number];

/**
 * What an identity provider said about how somebody proved who they are there: by names that are known, and no others. The context of a
 * password does not say that there was nothing beside it: Okta and Entra ID send that one after two factors too. The profile for one
 * factor does (REFEDS SFA), and so does a list of all that was used with nothing but passwords in it.
 */
export function assertedFactors(said: {
  classRef: string | undefined;
  attributes: ReadonlyMap<string, readonly string[]>;
}): AssertedFactors {
  const used = said.attributes.get(authnMethodsReferences) ?? [];
  const names = [said.classRef ?? "", ...used];
  if (names.some((name) => phishingResistant.has(name))) return "phishing_resistant";
  if (names.some((name) => multiFactor.has(name))) return "multi";
  if (names.includes(authnContexts.refedsSingleFactor)) return "named_single";
  return used.length > 0 && used.every((name) => passwords.has(name)) ? "named_single" : "single";
}
