// What every answer must carry, whatever it says.
import { expect } from "bun:test";

const always: Readonly<Record<string, string | RegExp>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": /^(strict-origin-when-cross-origin|no-referrer|same-origin)$/,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": /camera=\(\)/,
  "strict-transport-security": /^max-age=(?:[2-9]\d|1\d\d)\d{5,}; includeSubDomains$/,
  "x-request-id": /^[0-9a-f-]{36}$/,
};

/** The security headers of a page, a JSON document, a redirect or an error. What is wrong, as text; empty when all is well. */
export function headerProblems(answer: Response): string[] {
  const { headers } = answer;
  const problems = Object.entries(always)
    .filter(([name, wanted]) => {
      const value = headers.get(name) ?? "";
      return typeof wanted === "string" ? value !== wanted : !wanted.test(value);
    })
    .map(([name]) => `${name}: ${headers.get(name)}`);
  return [...problems, ...policyProblems(headers), ...cookieProblems(headers)];
}

function policyProblems(headers: Headers): string[] {
  const policy = headers.get("content-security-policy") ?? "";
  const isPage = headers.get("content-type")?.startsWith("text/html") === true;
  const wanted = isPage
    ? [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "style-src 'self'",
      ]
    : ["default-src 'none'", "frame-ancestors 'none'"];
  const parts = policy.split("; ");
  const missing = wanted.filter((part) => !parts.includes(part));
  const loose = /'unsafe|\*|https?:(?=[ ;]|$)/.test(policy.replace(/form-action [^;]*/, ""));
  const nonce = !isPage || parts.some((part) => /^script-src 'nonce-[\w-]{24,}'$/.test(part));
  const ok = missing.length === 0 && !loose && nonce;
  return ok ? [] : [`content-security-policy: ${policy}`];
}

/** No cookie without its locks; no personal answer that a cache may keep. */
function cookieProblems(headers: Headers): string[] {
  const cookies = headers
    .getSetCookie()
    .filter(
      (cookie) =>
        !cookie.startsWith("__Host-") ||
        !/; Secure/i.test(cookie) ||
        !/; HttpOnly/i.test(cookie) ||
        !/; Path=\/(;|$)/i.test(cookie) ||
        /; Domain=/i.test(cookie),
    );
  const cache = headers.get("cache-control") ?? "";
  return [
    ...cookies.map((cookie) => `set-cookie: ${cookie}`),
    ...(/no-store/.test(cache) ? [] : [`cache-control: ${cache}`]),
  ];
}

/** Fails, naming the request, when a header of the answer is missing or loose. */
export function expectSafeHeaders(what: string, answer: Response): void {
  expect({ what, problems: headerProblems(answer) }).toEqual({ what, problems: [] });
}
