// What a browser is known by: a random value for this host alone, new after every sign-in. It signs nobody in.
import type { CookieJar } from "#platform/http/cookies.ts";
import { daySeconds, knownDays } from "./schema.ts";

const cookieName = "device";

export const deviceTokenOf = (cookies: CookieJar): string | undefined => cookies.get(cookieName);

export function giveDeviceToken(cookies: CookieJar, token: string): void {
  cookies.set(cookieName, token, { maxAgeSeconds: knownDays * daySeconds });
}
