// SCRAM-SHA-256 verifiers (RFC 5803, RFC 7677), computed here so that a password never travels to the server or into its log.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** PostgreSQL's own default (scram_iterations). */
const defaultIterations = 4096;

/** What `alter role … password` takes in place of the password. */
export function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations: number = defaultIterations,
): string {
  const salted = pbkdf2Sync(saslPrepared(password), salt, iterations, 32, "sha256");
  const keyed = (label: string) => createHmac("sha256", salted).update(label).digest();
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest("base64");
  const serverKey = keyed("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** Whether a stored verifier is one of this password. */
export function isVerifierOf(password: string, verifier: string | null): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier ?? "") ?? [];
  if (!iterations || !salt) return false;
  return scramVerifier(password, Buffer.from(salt, "base64"), Number(iterations)) === verifier;
}

/** SASLprep (RFC 4013) as both `pg` and libpq do it when they log in: blanks unified, invisible characters dropped, NFKC. */
function saslPrepared(password: string): string {
  return password
    .replace(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g, " ")
    .replace(
      /\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g,
      "",
    )
    .normalize("NFKC");
}
