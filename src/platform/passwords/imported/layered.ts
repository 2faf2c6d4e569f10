// A fast digest (SHA) that came from elsewhere is stored as argon2id over it, so that a stolen table gives no fast hash away.
import { Buffer } from "node:buffer";
import type { Digest } from "./forms.ts";

export interface Layered {
  readonly digest: Digest;
  readonly salt: Uint8Array;
  /** argon2id of the digest in hexadecimal. */
  readonly phc: string;
}

const shape = /^\$(sha1|sha256|sha384|sha512)\+argon2id\$([A-Za-z0-9+/=]*)(\$argon2id\$.+)$/;

/** `$sha512+argon2id$<salt, Base64>$argon2id$v=19$…` */
export const layer = ({ digest, salt, phc }: Layered): string =>
  `$${digest}+argon2id$${Buffer.from(salt).toString("base64")}${phc}`;

export const isLayered = (stored: string): boolean => shape.test(stored);

export function readLayered(stored: string): Layered {
  const [, digest, salt = "", phc = ""] = shape.exec(stored) ?? [];
  return { digest: digest as Digest, salt: Buffer.from(salt, "base64"), phc };
}
