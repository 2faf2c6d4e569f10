// What a browser is asked for (WebAuthn Level 3 §5.4, §5.5), as JSON: always a discoverable credential, always with user verification.

/** COSE algorithms in the order of preference: ES256, EdDSA (Ed25519), RS256, which Windows Hello may need (RFC 9053, RFC 8812). */
export const algorithms = [-7, -8, -257] as const;

/** How long a person has for a ceremony, and a challenge is good. */
export const ceremonySeconds = 5 * 60;

export interface RelyingParty {
  /** The RP ID: a host name. */
  readonly id: string;
  readonly name: string;
}

/** The RP of a tenant by its origin, `https://acme.id.example.com`: its own host and no suffix of it, so that tenants share nothing. */
export const relyingParty = ({ origin, name }: { origin: string; name: string }): RelyingParty => ({
  id: new URL(origin).hostname,
  name,
});

export interface KnownCredential {
  readonly credentialId: Uint8Array;
  readonly transports: readonly string[];
}

const descriptors = (credentials: readonly KnownCredential[]) =>
  credentials.map(({ credentialId, transports }) => ({
    type: "public-key" as const,
    id: base64url(credentialId),
    transports: [...transports],
  }));

/** PublicKeyCredentialRequestOptionsJSON. Without `allowed` the person picks among what their devices hold: nothing is told of anybody. */
export const assertionOptions = (
  rp: RelyingParty,
  { challenge, allowed }: { challenge: Uint8Array; allowed: readonly KnownCredential[] },
) => ({
  rpId: rp.id,
  challenge: base64url(challenge),
  timeout: ceremonySeconds * 1_000,
  userVerification: "required" as const,
  allowCredentials: descriptors(allowed),
});
export type AssertionOptions = ReturnType<typeof assertionOptions>;

export interface NewCredential {
  readonly challenge: Uint8Array;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  /** What the person has already: no authenticator takes a second one. */
  readonly present: readonly KnownCredential[];
  /** `direct`: the authenticator shall say, signed, which model it is. */
  readonly attestation: "none" | "direct";
}

/** PublicKeyCredentialCreationOptionsJSON. */
export const registrationOptions = (
  rp: RelyingParty,
  { challenge, user, present, attestation }: NewCredential,
) => ({
  rp: { id: rp.id, name: rp.name },
  user: { id: base64url(userHandle(user.id)), name: user.email, displayName: user.name },
  challenge: base64url(challenge),
  pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key" as const, alg })),
  timeout: ceremonySeconds * 1_000,
  excludeCredentials: descriptors(present),
  authenticatorSelection: {
    residentKey: "required" as const,
    requireResidentKey: true,
    userVerification: "required" as const,
  },
  attestation,
  extensions: { credProps: true },
});
export type RegistrationOptions = ReturnType<typeof registrationOptions>;

/** A person's user handle: the 16 bytes of their id, which say nothing about them (WebAuthn Level 3 §14.6.1). */
export const userHandle = (userId: string): Buffer =>
  Buffer.from(userId.replaceAll("-", ""), "hex");

export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
