// Cookies by their bare name: over https each carries the __Host- prefix, so no sibling tenant can plant or read one (RFC 6265bis §4.1.3).
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { HttpContext } from "./context.ts";

export interface CookieJar {
  get(name: string): string | undefined;
  /** `maxAgeSeconds` absent: until the browser closes. */
  set(
    name: string,
    value: string,
    options?: { maxAgeSeconds?: number; sameSite?: "Lax" | "Strict" },
  ): void;
  clear(name: string): void;
}

/** The request's cookies. `secure` is whether people reach us by https; without it (development) the prefix cannot be used. */
export function cookieJar(c: HttpContext, secure: boolean): CookieJar {
  const full = (name: string) => (secure ? `__Host-${name}` : name);
  return {
    get: (name) => getCookie(c, full(name)),
    set: (name, value, { maxAgeSeconds, sameSite = "Lax" } = {}) =>
      setCookie(c, full(name), value, {
        path: "/",
        httpOnly: true,
        secure,
        sameSite,
        ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
      }),
    clear: (name) => void deleteCookie(c, full(name), { path: "/", secure, httpOnly: true }),
  };
}
