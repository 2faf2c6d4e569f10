// Password hashes of other systems: which forms are understood, and what they may cost. A hash is a recipe that strangers' tries make
// this machine cook: one that fills the memory or a core for seconds is refused when it is brought, not when it is first tried.
import { Buffer } from "node:buffer";
import { z } from "zod";
import { texts } from "./texts.ts";

export type Digest = "sha1" | "sha256" | "sha384" | "sha512";

export type ImportedHash =
  | { readonly kind: "argon2"; readonly phc: string }
  | { readonly kind: "bcrypt"; readonly text: string }
  | {
      readonly kind: "scrypt";
      readonly log2N: number;
      readonly r: number;
      readonly p: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    }
  | {
      readonly kind: "pbkdf2";
      readonly digest: Digest;
      readonly iterations: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    }
  /** One pass of a fast hash: never stored as it is. */
  | { readonly kind: "sha"; readonly digest: Digest; readonly salt: Buffer; readonly key: Buffer };

/** What one verification may cost: about as much as a second of one core, or 128 MiB. */
export const limits = {
  textLength: 1_024,
  argon2MemoryKib: 131_072,
  /** Memory times passes. */
  argon2Work: 524_288,
  argon2Lanes: 8,
  bcryptCost: 14,
  /** 128 · N · r. */
  scryptBytes: 128 * 1024 * 1024,
  /** N · r · p. */
  scryptWork: 2 ** 21,
  /** Passes, times the blocks of the digest that the key is long. */
  pbkdf2Work: 2_500_000,
  saltBytes: 256,
  keyBytes: 128,
} as const;

export class ImportedHashProblem extends Error {
  override readonly name = "ImportedHashProblem";
}

const refuse = (sentence: string): never => {
  throw new ImportedHashProblem(sentence);
};

type Reader = readonly [shape: RegExp, read: (parts: string[]) => ImportedHash];
const digits = String.raw`[1-9]\d{0,9}`;
const b64 = String.raw`[A-Za-z0-9+/.]+={0,2}`;

/** Reads one hash. @throws {ImportedHashProblem} with the sentence for the field: a form that is unknown, or too costly */
export function parseImported(text: string): ImportedHash {
  if (text.length > limits.textLength) refuse(texts.tooLong(limits.textLength));
  if (text.startsWith('{"') || text.startsWith("{ ")) return keycloak(text);
  // OpenLDAP's names for what is a form of its own.
  const inner = /^\{(?:ARGON2|CRYPT|BCRYPT)\}(\$.*)$/i.exec(text)?.[1] ?? text;
  for (const [shape, read] of readers) {
    const parts = shape.exec(inner);
    if (parts) return read(parts.slice(1).map((part) => part ?? ""));
  }
  return refuse(texts.unknownForm);
}

const readers: readonly Reader[] = [
  [
    new RegExp(
      String.raw`^(\$argon2(?:id|i|d)(?:\$v=(?:16|19))?\$m=(${digits}),t=(${digits}),p=(${digits})\$(${b64})\$(${b64}))$`,
    ),
    ([phc = "", m, t, p, salt, key]) => {
      const [memory, passes, lanes] = [Number(m), Number(t), Number(p)];
      if (memory > limits.argon2MemoryKib || memory * passes > limits.argon2Work)
        refuse(texts.argon2TooCostly(limits.argon2MemoryKib / 1024, limits.argon2Work / 1024));
      if (lanes > limits.argon2Lanes) refuse(texts.argon2TooWide(limits.argon2Lanes));
      if (memory < 8 * lanes) refuse(texts.malformed("argon2"));
      if (bytesOf(salt, "argon2").length < 8 || bytesOf(key, "argon2").length < 4)
        refuse(texts.malformed("argon2"));
      return { kind: "argon2", phc };
    },
  ],
  [/^(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/, ([text = "", cost]) => bcrypt(Number(cost), text)],
  [
    new RegExp(String.raw`^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$(${b64})\$(${b64})$`),
    ([ln, r, p, salt, key]) =>
      scrypt({ log2N: Number(ln), r: Number(r), p: Number(p) }, [salt, key]),
  ],
  // PHC with i=, passlib without.
  [
    new RegExp(
      String.raw`^\$pbkdf2(?:-(sha1|sha256|sha384|sha512))?\$(?:i=)?(${digits})(?:,l=\d{1,3})?\$(${b64})\$(${b64})$`,
    ),
    ([digest, iterations, salt, key]) =>
      pbkdf2((digest || "sha1") as Digest, Number(iterations), [
        bytesOf(salt, "PBKDF2"),
        bytesOf(key, "PBKDF2"),
      ]),
  ],
  // Django: the salt is text.
  [
    new RegExp(
      String.raw`^pbkdf2_(sha1|sha256)\$(${digits})\$([^$]{1,${limits.saltBytes}})\$(${b64})$`,
    ),
    ([digest, iterations, salt = "", key]) =>
      pbkdf2(digest as Digest, Number(iterations), [Buffer.from(salt), bytesOf(key, "PBKDF2")]),
  ],
  // LDAP (RFC 2307 and its successors): the digest, then the salt, in one piece of Base64.
  [
    new RegExp(String.raw`^\{(S?)SHA(256|384|512)?\}(${b64})$`, "i"),
    ([salted, size, packed]) => sha(salted !== "", `sha${size || "1"}` as Digest, packed),
  ],
];

function bcrypt(cost: number, text: string): ImportedHash {
  if (cost > limits.bcryptCost || cost < 4) refuse(texts.bcryptTooCostly(limits.bcryptCost));
  return { kind: "bcrypt", text };
}

function scrypt(
  { log2N, r, p }: { log2N: number; r: number; p: number },
  [salt, key]: (string | undefined)[],
): ImportedHash {
  if (log2N < 1 || r < 1 || p < 1) refuse(texts.malformed("scrypt"));
  const n = 2 ** log2N;
  if (128 * n * r > limits.scryptBytes || n * r * p > limits.scryptWork)
    refuse(texts.scryptTooCostly(limits.scryptBytes / 1024 / 1024));
  return {
    kind: "scrypt",
    log2N,
    r,
    p,
    salt: bytesOf(salt, "scrypt"),
    key: keyOf(bytesOf(key, "scrypt"), "scrypt"),
  };
}

const digestBytes: Readonly<Record<Digest, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

function pbkdf2(digest: Digest, iterations: number, [salt, key]: [Buffer, Buffer]): ImportedHash {
  keyOf(key, "PBKDF2");
  const blocks = Math.ceil(key.length / digestBytes[digest]);
  if (iterations * blocks > limits.pbkdf2Work) refuse(texts.pbkdf2TooCostly(limits.pbkdf2Work));
  return { kind: "pbkdf2", digest, iterations, salt, key };
}

function sha(isSalted: boolean, digest: Digest, packed: string | undefined): ImportedHash {
  const bytes = bytesOf(packed, "SHA");
  const [key, salt] = [bytes.subarray(0, digestBytes[digest]), bytes.subarray(digestBytes[digest])];
  if (key.length < digestBytes[digest] || salt.length > 0 !== isSalted)
    refuse(texts.malformed("SHA"));
  return { kind: "sha", digest, salt, key };
}

/** Base64 with either alphabet's 62nd character (passlib writes a dot), padded or not. */
function bytesOf(text: string | undefined, form: string): Buffer {
  const plain = (text ?? "").replaceAll(".", "+").replace(/=+$/, "");
  const bytes = Buffer.from(plain, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== plain || bytes.length > limits.saltBytes)
    refuse(texts.malformed(form));
  return bytes;
}

/** A short key is guessed by chance. */
function keyOf(key: Buffer, form: string): Buffer {
  if (key.length < 16 || key.length > limits.keyBytes) refuse(texts.malformed(form));
  return key;
}

const asObject = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }, shape);
const OneOf = (shape: z.ZodType<string>) =>
  z
    .array(shape)
    .length(1)
    .transform(([only]) => only ?? "");
const Digits = z.string().regex(/^[1-9]\d{0,9}$/);

/** A credential of type "password" in Keycloak's export of a realm; its two parts are JSON within strings there. */
const Keycloak = z.object({
  secretData: asObject(z.object({ value: z.string(), salt: z.string() })),
  credentialData: asObject(
    z.object({
      hashIterations: z.int().positive(),
      algorithm: z.enum(["pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512", "argon2"]),
      additionalParameters: z
        .object({
          type: OneOf(z.enum(["id", "i", "d"])),
          version: OneOf(z.enum(["1.0", "1.3"])),
          memory: OneOf(Digits),
          parallelism: OneOf(Digits),
        })
        .partial()
        .optional(),
    }),
  ),
});

function keycloak(text: string): ImportedHash {
  const { data } = asObject(Keycloak).safeParse(text);
  if (!data) return refuse(texts.malformed("Keycloak"));
  const { secretData: secret, credentialData: made } = data;
  if (made.algorithm !== "argon2") {
    const digest = made.algorithm === "pbkdf2" ? "sha1" : (made.algorithm.slice(7) as Digest);
    const parts = [bytesOf(secret.salt, "Keycloak"), bytesOf(secret.value, "Keycloak")] as const;
    return pbkdf2(digest, made.hashIterations, [...parts]);
  }
  const { type = "id", version = "1.3", memory, parallelism } = made.additionalParameters ?? {};
  const [salt, key] = [secret.salt, secret.value].map((part) => part.replace(/=+$/, ""));
  const v = version === "1.3" ? 19 : 16;
  return parseImported(
    `$argon2${type}$v=${v}$m=${memory},t=${made.hashIterations},p=${parallelism}$${salt}$${key}`,
  );
}
