// Why a password's hash that was brought along is not taken.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("imported_passwords", {
  unknownForm:
    "Give a hash in one of these forms: argon2, bcrypt, scrypt, PBKDF2 (PHC, passlib, Django or Keycloak), {SSHA}, {SSHA256}, {SSHA512}, {SHA}, {SHA256}, {SHA512}",
  tooLong: (most: number) => `Give a hash of at most ${most} characters`,
  malformed: (form: string) => `This ${form} hash is damaged: copy all of it`,
  argon2TooCostly: (mebibytes: number, work: number) =>
    `This argon2 hash is too costly to verify: at most ${mebibytes} MiB, and ${work} MiB over all passes`,
  argon2TooWide: (lanes: number) => `This argon2 hash uses too many lanes: at most ${lanes}`,
  bcryptTooCostly: (cost: number) => `This bcrypt hash has a cost outside of 4 to ${cost}`,
  scryptTooCostly: (mebibytes: number) =>
    `This scrypt hash is too costly to verify: at most ${mebibytes} MiB (N=2^17 with r=8, p=1 or 2)`,
  pbkdf2TooCostly: (passes: number) =>
    `This PBKDF2 hash is too costly to verify: at most ${passes} passes, counted for each block of the key`,
});
