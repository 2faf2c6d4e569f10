// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: SHA-1, 6 digits, steps of 30 seconds.
import { generateSecret, generateSync, generateURI } from "otplib";
import { timingSafeEqual } from "node:crypto";

const stepSeconds = 30;
/** Steps accepted before and after the present one: clocks differ, and typing takes time (RFC 6238 §5.2, §6). */
const toleranceSteps = 1;

/** A new secret: 160 random bits (RFC 4226 §4 R6), Base32 without padding, 32 characters. */
export const newTotpSecret = (): string => generateSecret();

/** The step an instant lies in (RFC 6238 §4.2). */
export const totpStep = (at: Date): number => Math.floor(at.getTime() / 1000 / stepSeconds);

/** The code of one step. */
export function totpCode(secret: string, step: number): string {
  return generateSync({ secret, epoch: step * stepSeconds });
}

/**
 * The step whose code was given, or null. Steps up to `lastStep` are not accepted: a code counts once, so that one read over
 * a shoulder or caught by a proxy is worth nothing (RFC 6238 §5.2). Spaces in the code do not matter.
 */
export function verifyTotp(given: {
  secret: string;
  code: string;
  now: Date;
  lastStep: number | null;
}): number | null {
  const code = given.code.replaceAll(" ", "");
  if (!/^\d{6}$/.test(code)) return null;
  const present = totpStep(given.now);
  let matched: number | null = null;
  for (let step = present - toleranceSteps; step <= present + toleranceSteps; step += 1) {
    const isRight = timingSafeEqual(Buffer.from(totpCode(given.secret, step)), Buffer.from(code));
    if (isRight && step > (given.lastStep ?? -1)) matched ??= step;
  }
  return matched;
}

/** The address a QR code carries to an authenticator app. A colon would end the issuer too early, so it becomes a space. */
export function totpUri({
  issuer,
  account,
  secret,
}: {
  issuer: string;
  account: string;
  secret: string;
}): string {
  return generateURI({ issuer: issuer.replaceAll(":", " "), label: account, secret });
}

/** A secret for typing: groups of four characters. */
export const groupedSecret = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
