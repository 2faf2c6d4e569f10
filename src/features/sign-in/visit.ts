// What a step of a sign-in is made with, and the browser's handle on it: a random cookie, kept only as SHA-256.
import type { CookieJar } from "#platform/http/cookies.ts";
import type { Handling } from "#platform/http/context.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { signInSeconds } from "./schema.ts";

export type Visit = Pick<
  Handling<unknown, unknown>,
  "tenant" | "services" | "post" | "origin" | "now" | "signal" | "site" | "session" | "cookies"
>;

const cookieName = "sign-in";

export const handleOf = (visit: Pick<Visit, "cookies">): string | undefined =>
  visit.cookies.get(cookieName);

export function giveHandle(cookies: CookieJar, token: string): void {
  cookies.set(cookieName, token, { maxAgeSeconds: signInSeconds });
}

export function takeHandle(cookies: CookieJar): void {
  cookies.clear(cookieName);
}

/** Who acts while nobody is signed in: a visitor, about whom more is known with every step. */
export const visitor = (visit: Pick<Visit, "origin">, userId: UserId | null = null): Actor => ({
  kind: "visitor",
  userId,
  origin: visit.origin,
});
