// An authenticator in software: an ES256 key, the bytes it signs, and the JSON a browser makes of them. Every part can be made wrong.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a ceremony's options say that matters to an authenticator. */
export interface AskedOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id: string };
  readonly user?: { readonly id: string };
}

/** How an answer differs from a right one. */
export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  readonly isBackupEligible?: boolean;
  readonly isBackedUp?: boolean;
  readonly counter?: number;
  /** Base64url; null: none. */
  readonly userHandle?: string | null;
  /** Signs with this key instead of its own. */
  readonly signWith?: KeyObject;
}

export interface Authenticator {
  readonly credentialId: string;
  /** As it was given at registration, base64url. */
  userHandle: string | null;
  counter: number;
  /** The answer to `navigator.credentials.create()` at `origin`, as JSON text. */
  register(origin: string, options: AskedOptions, twist?: Twist): string;
  /** The answer to `navigator.credentials.get()`. The counter grows by one. */
  assert(origin: string, options: AskedOptions, twist?: Twist): string;
}

export interface AuthenticatorWish {
  readonly aaguid?: string;
  /** A synced passkey: may be copied, was copied, counts nothing. */
  readonly isSynced?: boolean;
  readonly transports?: readonly string[];
}

export function anAuthenticator({
  aaguid = "00000000-0000-0000-0000-000000000000",
  isSynced = false,
  transports = ["internal"],
}: AuthenticatorWish = {}): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  const counts = () => (isSynced ? 0 : (authenticator.counter += 1));
  const dataOf = (options: AskedOptions, twist: Twist, credential: Buffer | null) =>
    authenticatorData({
      rpId: twist.rpId ?? options.rpId ?? options.rp?.id ?? "",
      flags: flagsOf({ isBackupEligible: isSynced, isBackedUp: isSynced, ...twist }, credential),
      counter: twist.counter ?? counts(),
      credential,
    });
  const authenticator: Authenticator = {
    credentialId: id.toString("base64url"),
    userHandle: null,
    counter: 0,
    register(origin, options, twist = {}) {
      authenticator.userHandle = options.user?.id ?? null;
      const credential = Buffer.concat([
        Buffer.from(aaguid.replaceAll("-", ""), "hex"),
        uint(id.length, 2),
        id,
        coseKey(publicKey),
      ]);
      const attestationObject = cborMap([
        [cborText("fmt"), cborText("none")],
        [cborText("attStmt"), cborMap([])],
        [cborText("authData"), cborBytes(dataOf(options, twist, credential))],
      ]);
      return credentialJson(id, {
        clientDataJSON: clientData(origin, options, { type: "webauthn.create", ...twist }),
        attestationObject: attestationObject.toString("base64url"),
        transports,
      });
    },
    assert(origin, options, twist = {}) {
      const data = dataOf(options, twist, null);
      const client = clientData(origin, options, { type: "webauthn.get", ...twist });
      const hash = createHash("sha256").update(Buffer.from(client, "base64url")).digest();
      const signature = sign("sha256", Buffer.concat([data, hash]), twist.signWith ?? privateKey);
      const handle = twist.userHandle === undefined ? authenticator.userHandle : twist.userHandle;
      return credentialJson(id, {
        clientDataJSON: client,
        authenticatorData: data.toString("base64url"),
        signature: signature.toString("base64url"),
        ...(handle === null ? {} : { userHandle: handle }),
      });
    },
  };
  return authenticator;
}

const credentialJson = (id: Buffer, response: Record<string, unknown>): string =>
  JSON.stringify({
    id: id.toString("base64url"),
    rawId: id.toString("base64url"),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

function clientData(
  origin: string,
  { challenge }: AskedOptions,
  twist: Twist & { type: string },
): string {
  const data = {
    type: twist.type,
    challenge: twist.challenge ?? challenge,
    origin: twist.origin ?? origin,
    crossOrigin: twist.crossOrigin ?? false,
  };
  return Buffer.from(JSON.stringify(data)).toString("base64url");
}

interface AuthenticatorDataParts {
  readonly rpId: string;
  readonly flags: number;
  readonly counter: number;
  readonly credential: Buffer | null;
}

/** WebAuthn Level 3 §6.1. */
const authenticatorData = ({ rpId, flags, counter, credential }: AuthenticatorDataParts): Buffer =>
  Buffer.concat([
    createHash("sha256").update(rpId).digest(),
    Buffer.from([flags]),
    uint(counter, 4),
    credential ?? Buffer.alloc(0),
  ]);

function flagsOf(
  { isPresent = true, isVerified = true, isBackupEligible, isBackedUp }: Twist,
  credential: Buffer | null,
): number {
  const bits = [
    [isPresent, 0x01],
    [isVerified, 0x04],
    [isBackupEligible === true, 0x08],
    [isBackedUp === true, 0x10],
    [credential !== null, 0x40],
  ] as const;
  return bits.reduce((flags, [isSet, bit]) => (isSet ? flags | bit : flags), 0);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** COSE_Key of a P-256 key for ES256 (RFC 9053 §7.1): kty 2, alg -7, crv 1, x, y. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return cborMap([
    [cborInt(1), cborInt(2)],
    [cborInt(3), cborInt(-7)],
    [cborInt(-1), cborInt(1)],
    [cborInt(-2), cborBytes(Buffer.from(x, "base64url"))],
    [cborInt(-3), cborBytes(Buffer.from(y, "base64url"))],
  ]);
}

/** CBOR (RFC 8949), as much of it as is needed: a major type with a length below 65,536. */
function cborHead(major: number, length: number): Buffer {
  const type = major << 5;
  if (length < 24) return Buffer.from([type | length]);
  return length < 256
    ? Buffer.from([type | 24, length])
    : Buffer.concat([Buffer.from([type | 25]), uint(length, 2)]);
}
const cborInt = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const cborBytes = (value: Buffer) => Buffer.concat([cborHead(2, value.length), value]);
const cborText = (value: string) =>
  Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
const cborMap = (entries: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([cborHead(5, entries.length), ...entries.flat()]);
