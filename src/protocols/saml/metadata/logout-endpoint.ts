// Where messages of single logout go (Metadata §2.2.2), as it is kept, told, and entered by hand.

import { z } from "zod";
import { bindings } from "../constants.ts";
import { isWebUrl, type UrlRules } from "./urls.ts";

export const LogoutEndpoint = z.object({
  binding: z.enum([bindings.redirect, bindings.post]),
  url: z.string(),
  /** Where answers go, when that is another address. */
  responseUrl: z.string().nullable(),
});
export type LogoutEndpoint = z.infer<typeof LogoutEndpoint>;

/**
 * Where to send messages, or null. Redirect before POST: a browser that is sent on from another site carries its cookies with a GET and
 * not with a POST, so only then does the other side see whose session it is.
 */
export function preferredLogoutEndpoint(
  endpoints: readonly LogoutEndpoint[],
): LogoutEndpoint | null {
  const by = (binding: string) => endpoints.find((endpoint) => endpoint.binding === binding);
  return by(bindings.redirect) ?? by(bindings.post) ?? null;
}

/** What a person enters: what is left out stays; no address: no single logout. */
export interface TypedLogout {
  readonly logoutUrl?: string | null | undefined;
  readonly logoutBinding?: "redirect" | "post" | undefined;
  readonly logoutResponseUrl?: string | null | undefined;
}

/** The endpoint that counts, as a form shows it. */
export function typedLogout(present: readonly LogoutEndpoint[]): Required<TypedLogout> {
  const chosen = preferredLogoutEndpoint(present);
  return {
    logoutUrl: chosen?.url ?? null,
    logoutBinding: chosen?.binding === bindings.post ? "post" : "redirect",
    logoutResponseUrl: chosen?.responseUrl ?? null,
  };
}

export interface LogoutProblem {
  readonly field: "logoutUrl" | "logoutResponseUrl";
  readonly isMissing: boolean;
}

/**
 * The endpoints after a change by hand, or what is wrong with it. Those that are there stay where nothing of the one that counts is
 * changed, so that a form which shows one does not take the others away.
 */
export function changedLogout(
  present: readonly LogoutEndpoint[],
  typed: TypedLogout,
  rules: UrlRules,
): readonly LogoutEndpoint[] | LogoutProblem {
  const before = typedLogout(present);
  const { logoutUrl: url, logoutBinding, logoutResponseUrl } = { ...before, ...given(typed) };
  const isSame =
    url === before.logoutUrl &&
    logoutBinding === before.logoutBinding &&
    logoutResponseUrl === before.logoutResponseUrl;
  // Without an address the binding says nothing.
  if (isSame || (url === null && present.length === 0 && !logoutResponseUrl)) return present;
  if (!url && typed.logoutResponseUrl) return { field: "logoutUrl", isMissing: true };
  if (!url) return [];
  if (!isWebUrl(url, rules)) return { field: "logoutUrl", isMissing: false };
  const responseUrl = logoutResponseUrl ?? null;
  if (responseUrl !== null && !isWebUrl(responseUrl, rules))
    return { field: "logoutResponseUrl", isMissing: false };
  return [{ binding: bindings[logoutBinding ?? "redirect"], url, responseUrl }];
}

const given = (typed: TypedLogout): TypedLogout =>
  Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
