// Which challenges are this browser's: random handles in one cookie, kept only as SHA-256 beside the challenge. A few at a time, since
// two tabs, or autofill and a button, may each wait for an answer.
import type { CookieJar } from "#platform/http/cookies.ts";
import { hashToken } from "#platform/crypto/token.ts";
import { ceremonySeconds } from "#protocols/webauthn/options.ts";

const cookieName = "passkey";
const handlesMost = 4;

/** The handles this browser holds, to be given to `verifyPasskey` and `finishRegistration` as they are. */
export const passkeyHandle = (cookies: CookieJar): string | undefined => cookies.get(cookieName);

/** Hands the browser the handle of a challenge that was just made; earlier ones stay good. */
export function givePasskeyHandle(cookies: CookieJar, handle: string): void {
  const handles = [handle, ...split(passkeyHandle(cookies))].slice(0, handlesMost);
  cookies.set(cookieName, handles.join("."), {
    maxAgeSeconds: ceremonySeconds,
    sameSite: "Strict",
  });
}

export const hashesOf = (handle: string | undefined): Buffer[] => split(handle).map(hashToken);

const split = (handle: string | undefined): string[] =>
  (handle ?? "")
    .split(".")
    .filter((part) => /^[\w-]{43}$/.test(part))
    .slice(0, handlesMost);
