// What a browser posts after a ceremony: RegistrationResponseJSON and AuthenticationResponseJSON (WebAuthn Level 3 §5.1).
import { z } from "zod";

const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[A-Za-z0-9_-]*$/);

const CredentialId = base64url(1_400).min(1);
const ClientData = base64url(8_000).min(1);

/** Extension results are not asked for, so they are not looked at. */
const Credential = z.object({
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal("public-key"),
});

/** The answer to `navigator.credentials.get()`. */
export const AssertionJson = Credential.extend({
  response: z.object({
    clientDataJSON: ClientData,
    authenticatorData: base64url(8_000).min(1),
    signature: base64url(2_000).min(1),
    userHandle: base64url(100).nullish(),
  }),
});
export type AssertionJson = z.infer<typeof AssertionJson>;

/** The answer to `navigator.credentials.create()`. An attestation may carry a chain of certificates. */
export const AttestationJson = Credential.extend({
  response: z.object({
    clientDataJSON: ClientData,
    attestationObject: base64url(48_000).min(1),
    transports: z.array(z.string().max(40)).max(10).nullish().catch(null),
  }),
});
export type AttestationJson = z.infer<typeof AttestationJson>;
