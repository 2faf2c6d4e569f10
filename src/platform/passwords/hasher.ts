// Password hashes: argon2id (RFC 9106, OWASP's parameters), off the main thread, one a core at a time, with a bounded queue.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { defineError, DomainError } from "#platform/errors.ts";
import { parseImported } from "./imported/forms.ts";
import { isLayered, type Layered, layer, readLayered } from "./imported/layered.ts";
import { shaOf, verifyForeign } from "./imported/verify.ts";
import { normalise, passwordMaxLength } from "./password.ts";
import { createQueue } from "./queue.ts";
import { texts } from "./texts.ts";

/** More hashes are wanted than the machine makes: the queue is full. */
export const passwordsBusy = defineError("passwords.busy", {
  status: 503,
  title: texts.busy,
  retryAfterSeconds: 2,
});
export const passwordTooLong = defineError("passwords.too_long", {
  status: 422,
  title: texts.tooLong(passwordMaxLength),
});

export interface PasswordHasher {
  /** PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`). @throws {passwordsBusy} @throws {passwordTooLong} */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that was hashed. `null` stands for an account that does not exist or has no password: it costs the
   * same time and answers false, so that time tells nobody who has an account. @throws {passwordsBusy}
   */
  verify(password: string, hash: string | null): Promise<boolean>;
  /** Whether the hash was made elsewhere or with other parameters than today's: hash again at the next sign-in. */
  needsRehash(hash: string): boolean;
  /**
   * What to store for a hash that was made elsewhere: the hash itself, or, for one pass of a fast digest, argon2id over it.
   * @throws {ImportedHashProblem} @throws {passwordsBusy}
   */
  adopt(imported: string): Promise<string>;
}

/** OWASP's second choice for argon2id (the package's default variant): 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const saltBytes = 16;
const phcPrefix = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

/** Whether an error says that there was no room for one more hash. */
export const isBusy = (error: unknown): boolean =>
  error instanceof DomainError && error.code === passwordsBusy.code;

/**
 * Whether an error of `verify` says that nothing was judged, so that the try tells nobody anything and need not count. Of a hash that was made
 * elsewhere the costly half may have been judged.
 */
export const isUnjudged = (error: unknown, stored: string | null): boolean =>
  isBusy(error) && (stored === null || stored.startsWith(phcPrefix));

/**
 * At most `concurrency` hashes at once (19 MiB each), at most `queueMax` waiting: beyond that a call is refused at once, so that a
 * flood of sign-ins cannot melt the machine down or fill its memory.
 */
export function createPasswordHasher({
  concurrency = availableParallelism(),
  queueMax = concurrency * 32,
}: { concurrency?: number; queueMax?: number } = {}): PasswordHasher {
  const take = createQueue({ concurrency, queueMax, refuse: passwordsBusy });
  // Hashes of other systems may take 128 MiB: one at a time.
  const takeForeign = createQueue({ concurrency: 1, queueMax, refuse: passwordsBusy });
  const decoy = decoyHash();

  /** A wrong try costs at least what it costs everybody: an argon2id verification. */
  async function isRight(stored: string, text: string): Promise<boolean> {
    if (isLayered(stored)) return take(() => verifyLayered(readLayered(stored), text));
    const imported = parseImported(stored);
    if (imported.kind === "argon2") return takeForeign(() => verify(imported.phc, text));
    if (imported.kind === "sha") throw new Error("a fast digest was stored as a password's hash");
    const right = await takeForeign(() => verifyForeign(imported, text));
    if (!right) await take(() => verify(decoy, text));
    return right;
  }

  return {
    async hash(password) {
      const text = normalise(password);
      if (text === null) throw passwordTooLong();
      return await take(() => hash(text, parameters));
    },
    async verify(password, stored) {
      const text = normalise(password);
      if (text === null) return false; // no stored password is that long: says nothing about the account
      if (stored === null || stored.startsWith(phcPrefix)) {
        const matches = await take(() => verify(stored ?? decoy, text));
        return matches && stored !== null;
      }
      // Other systems hash what the keyboard sent.
      for (const typed of new Set([text, password])) {
        if (await isRight(stored, typed)) return true;
      }
      return false;
    },
    needsRehash: (stored) => !stored.startsWith(phcPrefix),
    async adopt(text) {
      const imported = parseImported(text);
      if (imported.kind === "argon2") return imported.phc;
      if (imported.kind !== "sha") return text;
      const { digest, salt, key } = imported;
      return layer({ digest, salt, phc: await take(() => hash(key.toString("hex"), parameters)) });
    },
  };
}

const verifyLayered = ({ digest, salt, phc }: Layered, text: string): Promise<boolean> =>
  verify(phc, shaOf(digest, text, salt));

/** A hash of nothing in particular, of the same cost as a real one. */
function decoyHash(): string {
  const [salt, output] = [saltBytes, parameters.outputLen].map((length) =>
    randomBytes(length).toString("base64").replace(/=+$/, ""),
  );
  return `${phcPrefix}${salt}$${output}`;
}
