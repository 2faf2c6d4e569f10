// The two ends of an outgoing request under test: a TLS server on this machine, and a way out that believes its authority.
import { createLogger } from "#platform/log.ts";
import { createOutbound, type OutboundSettings } from "#platform/outbound/fetch.ts";
import { DomainError } from "#platform/errors.ts";
import { type Authority, createAuthority } from "./authority.ts";

export const authority: Authority = createAuthority();

type Handle = (request: Request) => Response | Promise<Response>;

/** A server for `idp.test` at 127.0.0.1, over TLS unless `plain`. */
export function serve(
  handle: Handle,
  { plain = false, names = ["idp.test"], days = 1, hostname = "127.0.0.1" } = {},
) {
  const server = Bun.serve({
    port: 0,
    hostname,
    idleTimeout: 5,
    fetch: handle,
    ...(plain ? {} : { tls: authority.certify(names, days) }),
  });
  const port = String(server.port);
  return {
    port,
    origin: `${plain ? "http" : "https"}://idp.test:${port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** A way out for which every name is this machine, private networks allowed unless said otherwise; `lines` is its log. */
export function wayOut(settings: Partial<OutboundSettings> = {}) {
  const lines: string[] = [];
  const outbound = createOutbound({
    allowPrivate: true,
    ca: authority.ca,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    log: createLogger({ level: "debug" }, { write: (line) => void lines.push(line) }),
    ...settings,
  });
  return { outbound, lines };
}

/** The refusal that a promise ends in: its code and its reason. */
export async function refusal(promise: Promise<unknown>): Promise<[code: string, reason: unknown]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.detail["reason"]];
    throw error;
  }
  throw new Error("it was not refused");
}
