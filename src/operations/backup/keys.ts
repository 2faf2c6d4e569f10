// What encrypts a backup, and how a backup knows the SECRET_KEY it belongs to.
import { hkdfSync } from "node:crypto";
import { z } from "zod";
import { createKeyring, type Keyring, type SealPurpose } from "#platform/crypto/keyring.ts";
import { authenticatedColumns, sealedColumns } from "#platform/crypto/sealed-columns.ts";
import type { ArchiveKey } from "./archive.ts";

export interface BackupKeys {
  readonly current: string;
  readonly previous: string | null;
  /** Null: the archive is encrypted under SECRET_KEY. */
  readonly passphrase: string | null;
}

/** The key of new archives: the passphrase where there is one, else one that is derived from SECRET_KEY. */
export const writingKey = ({ current, passphrase }: BackupKeys): ArchiveKey =>
  passphrase === null ? derived(current) : { passphrase, isRandom: false };

/** Every key that an archive may have been written with. */
export const readingKeys = ({ current, previous, passphrase }: BackupKeys): ArchiveKey[] => [
  ...(passphrase === null ? [] : [{ passphrase, isRandom: false }]),
  derived(current),
  ...(previous === null ? [] : [derived(previous)]),
];

/** Under a label of its own: the archive's key tells nothing of the keys that seal what is in it. */
const derived = (secret: string): ArchiveKey => ({
  passphrase: Buffer.from(hkdfSync("sha256", secret, "", "weft-id backup archive", 32)).toString(
    "base64url",
  ),
  isRandom: true,
});

/** One code under each purpose's key. Within an encrypted archive it tells nobody anything but whether a key is the same. */
export const KeyCheck = z.object({
  keyId: z.string(),
  codes: z.record(z.string(), z.string()),
});
export type KeyCheck = z.infer<typeof KeyCheck>;

const message = "weft-id backup key check";
const purposes: readonly SealPurpose[] = [
  ...new Set([...sealedColumns, ...authenticatedColumns].map(({ purpose }) => purpose)),
];

export const keyCheckOf = (keys: Keyring): KeyCheck => ({
  keyId: keys.keyIds[0],
  codes: Object.fromEntries(
    purposes.map((purpose) => [purpose, keys.mac(purpose, message).toString("base64")]),
  ),
});

/** Whether the secrets in a backup will open here: its SECRET_KEY is the present one or the previous one. */
export function fitsKey(check: KeyCheck, { current, previous }: BackupKeys): boolean {
  return [current, ...(previous === null ? [] : [previous])].some((secret) => {
    const ours = keyCheckOf(createKeyring({ current: secret }));
    // A purpose that came or went with a release says nothing about the key.
    const shared = Object.keys(check.codes).filter((purpose) => purpose in ours.codes);
    return (
      ours.keyId === check.keyId &&
      shared.every((purpose) => ours.codes[purpose] === check.codes[purpose])
    );
  });
}
