// The only way out: every HTTP request of the product is made here, to an address that was checked, within limits of size and time.
import { insideTransaction } from "#platform/db/database.ts";
import { DomainError } from "#platform/errors.ts";
import type { Logger } from "#platform/log.ts";
import {
  type AddressRules,
  checkedAddresses,
  checkUrl,
  literalAddress,
  type Resolve,
  systemResolve,
} from "./address.ts";
import { readBody, TooLarge } from "./body.ts";
import {
  cannotConnect,
  failureReason,
  networkCode,
  outboundFailed,
  outboundRefused,
  outboundTimeout,
  outboundTooLarge,
} from "./errors.ts";
import { texts } from "./texts.ts";

export interface OutboundRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** What we can read: sent as Accept. */
  readonly accept?: string;
  /** For everything together: look-up, connection, redirects, answer. 10 by default. */
  readonly timeoutSeconds?: number;
  /** Of the answer, decompressed. 1 MiB by default. */
  readonly maxBytes?: number;
  /** How many redirects of a GET are followed, within the same scheme, host and port only. None by default. */
  readonly redirects?: 0 | 1 | 2 | 3;
  /** The address is of the operator's configuration: its exceptions count. Never for one that a tenant gives: it would reach next door by them. */
  readonly namedByOperator?: boolean;
  readonly signal?: AbortSignal;
}

export interface OutboundResponse {
  /** Any status but a redirect. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  text(): string;
}

export interface Outbound {
  /**
   * Sends one request and reads the whole answer. https only; the name is resolved once, every address must be public, and the
   * connection goes to the address that was checked. Proxy variables of the environment have no effect.
   * @throws {outboundRefused} @throws {outboundFailed} @throws {outboundTooLarge} @throws {outboundTimeout}, with `{ host, reason }`
   */
  fetch(url: string, request?: OutboundRequest): Promise<OutboundResponse>;
}

export interface OutboundSettings {
  /** Development only (IS_DEV): plain http and this machine's network are allowed. */
  readonly allowPrivate: boolean;
  readonly log: Logger;
  /** Origins from the operator's configuration that may lie in a private network, for requests that say so (`namedByOperator`). */
  readonly exceptions?: readonly string[];
  readonly resolve?: Resolve;
  /** PEM of the authorities that are believed; the system's by default. */
  readonly ca?: string;
}

interface Dialer {
  readonly rules: AddressRules;
  readonly resolve: Resolve;
  readonly ca: string | undefined;
}

interface Attempt {
  readonly url: URL;
  readonly request: OutboundRequest;
  readonly signal: AbortSignal;
}

/** Opens the way out. It keeps no connections: each request's certificate is checked for that request's name. */
export function createOutbound(settings: OutboundSettings): Outbound {
  const { allowPrivate, resolve = systemResolve, ca } = settings;
  const exceptions = new Set(settings.exceptions?.map((origin) => new URL(origin).origin));
  const none: ReadonlySet<string> = new Set();
  return {
    async fetch(text, request = {}) {
      if (insideTransaction()) {
        throw new Error(
          "a request was made inside a transaction: only the database is awaited there",
        );
      }
      const rules = {
        allowPrivate,
        exceptions: request.namedByOperator === true ? exceptions : none,
      };
      const dialer: Dialer = { rules, resolve, ca };
      const url = checkUrl(text, rules);
      try {
        return await send(dialer, url, request);
      } catch (error) {
        const failure = asRefusal(error, url, request);
        if (!failure) throw error;
        const { host, reason } = failure.detail;
        settings.log.warn({ host, reason, network: failure.cause }, "outbound request failed");
        throw failure;
      }
    },
  };
}

async function send(
  dialer: Dialer,
  first: URL,
  request: OutboundRequest,
): Promise<OutboundResponse> {
  const deadline = AbortSignal.timeout(timeoutSeconds(request) * 1000);
  const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
  let url = first;
  for (let left = request.redirects ?? 0; ; left -= 1) {
    const response = await dial(dialer, { url, request, signal });
    const to = redirectTarget(response, url);
    if (!to) return await complete(response, maxBytes(request));
    await response.body?.cancel();
    checkRedirect(url, to, request, left);
    url = checkUrl(to.href, dialer.rules);
  }
}

/** Connects to the first checked address that can be reached. */
async function dial(dialer: Dialer, attempt: Attempt): Promise<Response> {
  const looked = checkedAddresses(attempt.url, dialer.rules, dialer.resolve);
  const addresses = await untilAborted(looked, attempt.signal);
  let refused: unknown;
  for (const address of addresses) {
    try {
      return await dialAddress(dialer, attempt, address);
    } catch (error) {
      if (!cannotConnect(error)) throw error;
      refused = error;
    }
  }
  throw refused;
}

function dialAddress(dialer: Dialer, { url, request, signal }: Attempt, address: string) {
  const target = new URL(url);
  target.hostname = address.includes(":") ? `[${address}]` : address;
  target.hash = "";
  const headers = new Headers(request.headers);
  headers.set("host", url.host);
  headers.set("user-agent", "WeftID");
  headers.set("accept-encoding", "identity");
  if (request.accept) headers.set("accept", request.accept);
  // oxlint-disable-next-line no-restricted-globals -- the one place that may
  return fetch(target, {
    method: request.method ?? "GET",
    headers,
    signal,
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: "manual",
    decompress: false,
    proxy: false,
    // A kept connection was checked for the name of its first request, and CDNs serve many names at one address.
    keepalive: false,
    tls: {
      rejectUnauthorized: true,
      ...(literalAddress(url) ? {} : { serverName: url.hostname }),
      ...(dialer.ca === undefined ? {} : { ca: dialer.ca }),
    },
  });
}

async function complete(response: Response, limit: number): Promise<OutboundResponse> {
  const body = await readBody(response, limit);
  return {
    status: response.status,
    headers: response.headers,
    body,
    text: () => new TextDecoder().decode(body),
  };
}

function redirectTarget(response: Response, url: URL): URL | null {
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return null;
  return URL.parse(location, url) ?? new URL("about:blank");
}

/** A redirect is the other server's word for where we go next: it may not choose another one, nor repeat what changes something. */
function checkRedirect(
  from: URL,
  to: URL,
  { method = "GET" }: OutboundRequest,
  left: number,
): void {
  const host = from.hostname;
  if (to.origin !== from.origin) {
    throw outboundRefused({ host, reason: texts.redirectedElsewhere(host, to.host || to.href) });
  }
  if (left < 1 || (method !== "GET" && method !== "HEAD")) {
    throw outboundRefused({ host, reason: texts.redirected(host) });
  }
}

/** The refusal that a failure amounts to; null for one that is no failure of the network but a mistake of ours. */
function asRefusal(error: unknown, url: URL, request: OutboundRequest): DomainError | null {
  const host = url.hostname;
  if (error instanceof DomainError) return error;
  if (request.signal?.aborted) return outboundFailed({ host, reason: texts.cancelled(host) });
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return outboundTimeout({ host, reason: texts.tookTooLong(host, timeoutSeconds(request)) });
  }
  if (error instanceof TooLarge) {
    return outboundTooLarge({ host, reason: texts.answerTooLarge(host, maxBytes(request)) });
  }
  // The code alone becomes the cause: the runtime's message quotes the whole URL, which may hold a secret.
  const code = networkCode(error);
  return code === null ? null : outboundFailed({ host, reason: failureReason(host, code) }, code);
}

/** The system's resolver cannot be cancelled: its answer is no longer waited for. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", abort));
}

const timeoutSeconds = (request: OutboundRequest): number => request.timeoutSeconds ?? 10;
const maxBytes = (request: OutboundRequest): number => request.maxBytes ?? 1_048_576;
