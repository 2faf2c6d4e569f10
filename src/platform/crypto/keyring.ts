// Secrets at rest: AES-256-GCM under keys derived from SECRET_KEY, one key a purpose (RFC 5869, NIST SP 800-38D).
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { equalBytes } from "./token.ts";

/** What a key may be used for. Each purpose has keys of its own, so that no ciphertext or code means anything elsewhere. */
export type SealPurpose =
  | "totp-secret"
  | "saml-key"
  | "mail"
  | "sign-in-code"
  | "csrf"
  | "cursor"
  | "notice"
  | "breach"
  | "doctor-probe";

/** The column a ciphertext belongs to. It is authenticated: a ciphertext moved to another row, or tenant, does not open. */
export interface SealPlace {
  readonly tenantId: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

export interface Keyring {
  /** The ids of the keys it has, 8 hexadecimal digits each: the current one first, then the previous one if there is one. */
  readonly keyIds: readonly [current: string, ...previous: string[]];
  /** Encrypts for one place: version (1 byte), key id (4), nonce (12), ciphertext, tag (16). */
  seal(purpose: SealPurpose, place: SealPlace, plain: Uint8Array | string): Buffer;
  /** Decrypts what `seal` made for the same purpose and place, under the current key or the previous one. @throws {UnreadableSecret} */
  open(purpose: SealPurpose, place: SealPlace, sealed: Uint8Array): Buffer;
  /** Which key sealed it: 8 hexadecimal digits. @throws {UnreadableSecret} */
  keyIdOf(sealed: Uint8Array): string;
  /** Whether the ciphertext is not under the current key: `weft rotate-key` opens and seals those again. */
  needsReseal(sealed: Uint8Array): boolean;
  /** HMAC-SHA256 under the current key: for values that are compared or carried by a browser, 32 bytes. */
  mac(purpose: SealPurpose, data: Uint8Array | string): Buffer;
  /** Whether `mac` is right under the current key or the previous one, in constant time. */
  checkMac(purpose: SealPurpose, data: Uint8Array | string, mac: Uint8Array): boolean;
}

/** One error for every cause (changed, moved, other purpose, unknown key): the difference would help an attacker only. */
export class UnreadableSecret extends Error {
  override readonly name = "UnreadableSecret";
  constructor() {
    super("a stored secret cannot be opened: SECRET_KEY was replaced, or the row was changed");
  }
}

const version = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes;

interface SecretKeys {
  readonly id: Buffer;
  sealing(purpose: SealPurpose): Buffer;
  authenticating(purpose: SealPurpose): Buffer;
}

/** Derives the keys of `current`; `previous` still opens and checks, and seals nothing. */
export function createKeyring(secrets: { current: string; previous?: string | null }): Keyring {
  const current = deriveKeys(secrets.current);
  const previous = secrets.previous ? [deriveKeys(secrets.previous)] : [];
  const known = [current, ...previous];

  return {
    keyIds: [current.id.toString("hex"), ...previous.map(({ id }) => id.toString("hex"))],
    seal(purpose, place, plain) {
      const header = Buffer.concat([Buffer.of(version), current.id]);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", current.sealing(purpose), nonce);
      cipher.setAAD(associatedData(header, purpose, place));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([header, nonce, body, cipher.getAuthTag()]);
    },
    open(purpose, place, sealed) {
      const parts = split(sealed);
      const keys = known.find(({ id }) => id.equals(parts.keyId));
      if (!keys) throw new UnreadableSecret();
      try {
        const decipher = createDecipheriv("aes-256-gcm", keys.sealing(purpose), parts.nonce, {
          authTagLength: tagBytes,
        });
        decipher.setAAD(associatedData(parts.header, purpose, place));
        decipher.setAuthTag(parts.tag);
        return Buffer.concat([decipher.update(parts.body), decipher.final()]);
      } catch {
        throw new UnreadableSecret();
      }
    },
    keyIdOf: (sealed) => split(sealed).keyId.toString("hex"),
    needsReseal: (sealed) => !split(sealed).keyId.equals(current.id),
    mac: (purpose, data) => mac(current, purpose, data),
    checkMac: (purpose, data, given) =>
      known.some((keys) => equalBytes(mac(keys, purpose, data), given)),
  };
}

function deriveKeys(secret: string): SecretKeys {
  const derived = new Map<string, Buffer>();
  const derive = (label: string, bytes: number): Buffer => {
    const kept = derived.get(label);
    if (kept) return kept;
    const key = Buffer.from(hkdfSync("sha256", secret, "", `weft-id ${label}`, bytes));
    derived.set(label, key);
    return key;
  };
  return {
    id: derive("key id", keyIdBytes),
    sealing: (purpose) => derive(`seal ${purpose}`, 32),
    authenticating: (purpose) => derive(`mac ${purpose}`, 32),
  };
}

function mac(keys: SecretKeys, purpose: SealPurpose, data: Uint8Array | string): Buffer {
  return createHmac("sha256", keys.authenticating(purpose)).update(data).digest();
}

/** Unambiguous by JSON's quoting: no two places share a text. */
function associatedData(header: Buffer, purpose: SealPurpose, place: SealPlace): Buffer {
  const { tenantId, table, row, column } = place;
  return Buffer.concat([
    header,
    Buffer.from(JSON.stringify([purpose, tenantId, table, row, column])),
  ]);
}

function split(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed);
  if (bytes.length < headerBytes + nonceBytes + tagBytes || bytes[0] !== version) {
    throw new UnreadableSecret();
  }
  return {
    header: bytes.subarray(0, headerBytes),
    keyId: bytes.subarray(1, headerBytes),
    nonce: bytes.subarray(headerBytes, headerBytes + nonceBytes),
    body: bytes.subarray(headerBytes + nonceBytes, -tagBytes),
    tag: bytes.subarray(-tagBytes),
  };
}
