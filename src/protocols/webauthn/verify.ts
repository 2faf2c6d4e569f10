// Judging what an authenticator answered (WebAuthn Level 3 §7.1, §7.2). The library is the judge; the checks before it give each
// refusal a cause of its own, and close what the library lets pass (a frame of another origin).
import { createHash } from "node:crypto";
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import {
  decodeAttestationObject,
  decodeClientDataJSON,
  parseAuthenticatorData,
} from "@simplewebauthn/server/helpers";
import { z } from "zod";
import { algorithms, base64url } from "./options.ts";
import type { AssertionJson, AttestationJson } from "./shapes.ts";

/** Why an answer was refused. */
export const CeremonyCause = z.enum([
  "malformed",
  "wrong_type",
  "wrong_challenge",
  "wrong_origin",
  "wrong_rp",
  "user_absent",
  "user_unverified",
  "wrong_signature",
]);
export type CeremonyCause = z.infer<typeof CeremonyCause>;

/** What a ceremony must be for. */
export interface Expected {
  readonly challenge: Uint8Array;
  /** Exactly this one: neither a suffix of it nor a sibling. */
  readonly origin: string;
  readonly rpId: string;
}

export type Judged<T> = ({ readonly cause: null } & T) | { readonly cause: CeremonyCause };

/** The challenge an answer says it is for; null when it cannot be read. */
export function claimedChallenge(clientDataJSON: string): Buffer | null {
  try {
    const { challenge } = decodeClientDataJSON(clientDataJSON);
    return typeof challenge === "string" ? Buffer.from(challenge, "base64url") : null;
  } catch {
    return null;
  }
}

export interface AssertedFacts {
  readonly signCount: number;
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
}

/** An assertion by the credential with this public key. The counter is not judged here: that takes the row's lock. */
export async function judgeAssertion(
  response: AssertionJson,
  { publicKey, ...expected }: Expected & { publicKey: Uint8Array },
): Promise<Judged<AssertedFacts>> {
  const { clientDataJSON, authenticatorData, userHandle, ...signed } = response.response;
  const data = readAuthenticatorData(Buffer.from(authenticatorData, "base64url"));
  const cause =
    clientDataProblem(clientDataJSON, "webauthn.get", expected) ?? dataProblem(data, expected.rpId);
  if (cause !== null || data === null) return { cause: cause ?? "malformed" };
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        ...response,
        clientExtensionResults: {},
        response: {
          ...signed,
          clientDataJSON,
          authenticatorData,
          ...(userHandle ? { userHandle } : {}),
        },
      },
      expectedChallenge: base64url(expected.challenge),
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    if (!verified) return { cause: "wrong_signature" };
  } catch {
    // A signature that cannot even be read (broken DER, a key of another kind) is as wrong as one that does not fit.
    return { cause: "wrong_signature" };
  }
  return {
    cause: null,
    signCount: data.counter,
    isBackupEligible: data.flags.be,
    isBackedUp: data.flags.bs,
  };
}

export interface AttestedFacts extends AssertedFacts {
  readonly credentialId: Buffer;
  /** COSE_Key, CBOR. */
  readonly publicKey: Buffer;
  /** The model, as the authenticator says; zeros: it does not. */
  readonly aaguid: string;
}

/**
 * The statements that are read. Others are for keys that are no passkeys, and the library's reader of `android-key` would take its
 * trust anchors from the answer itself and call addresses that stand in them (a way to make this server fetch what an attacker names).
 */
const formats: readonly string[] = ["none", "packed", "tpm", "apple"];

/**
 * A new credential. An attestation statement that is there must be right in itself; it is not traced to a maker, for which lists of
 * makers' certificates (FIDO MDS) would be needed: a program can claim to be any model.
 */
export async function judgeAttestation(
  response: AttestationJson,
  expected: Expected,
): Promise<Judged<AttestedFacts>> {
  const { clientDataJSON, attestationObject } = response.response;
  const attested = readAttestation(attestationObject);
  const data = attested && readAuthenticatorData(attested.authData);
  const cause =
    clientDataProblem(clientDataJSON, "webauthn.create", expected) ??
    dataProblem(data, expected.rpId);
  if (cause !== null || !attested || !data) return { cause: cause ?? "malformed" };
  if (!formats.includes(attested.format)) return { cause: "malformed" };
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...response,
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: base64url(expected.challenge),
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!registrationInfo) return { cause: "wrong_signature" };
    const { credential, aaguid } = registrationInfo;
    return {
      cause: null,
      credentialId: Buffer.from(credential.id, "base64url"),
      publicKey: Buffer.from(credential.publicKey),
      aaguid,
      signCount: data.counter,
      isBackupEligible: data.flags.be,
      isBackedUp: data.flags.bs,
    };
  } catch {
    return { cause: "malformed" };
  }
}

function readAttestation(attestationObject: string): { format: string; authData: Buffer } | null {
  try {
    const object = decodeAttestationObject(
      new Uint8Array(Buffer.from(attestationObject, "base64url")),
    );
    return { format: object.get("fmt"), authData: Buffer.from(object.get("authData")) };
  } catch {
    return null;
  }
}

type AuthenticatorData = ReturnType<typeof parseAuthenticatorData>;

function readAuthenticatorData(bytes: Buffer): AuthenticatorData | null {
  try {
    return parseAuthenticatorData(new Uint8Array(bytes));
  } catch {
    return null;
  }
}

type ClientDataType = "webauthn.create" | "webauthn.get";

function clientDataProblem(
  clientDataJSON: string,
  type: ClientDataType,
  { challenge, origin }: Expected,
): CeremonyCause | null {
  try {
    const data = decodeClientDataJSON(clientDataJSON);
    // An assertion must not pass for a registration, nor the other way round.
    if (data.type !== type) return "wrong_type";
    if (data.challenge !== base64url(challenge)) return "wrong_challenge";
    // Our pages cannot be framed; whoever says they were is not one of our pages.
    return data.origin === origin && data.crossOrigin !== true ? null : "wrong_origin";
  } catch {
    return "malformed";
  }
}

function dataProblem(data: AuthenticatorData | null, rpId: string): CeremonyCause | null {
  if (data === null) return "malformed";
  const { up, uv, be, bs } = data.flags;
  const hash = createHash("sha256").update(rpId).digest();
  if (!hash.equals(data.rpIdHash)) return "wrong_rp";
  if (!up) return "user_absent";
  // Without it the passkey would be one factor: whoever finds the key or the open device is in.
  if (!uv) return "user_unverified";
  // §6.1.3: what cannot be backed up is not backed up.
  return bs && !be ? "malformed" : null;
}
