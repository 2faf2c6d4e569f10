// The front of the journeys: one port for all host names, as a reverse proxy stands before the app and before each peer.
// Certificates are made for the run; the browser is told to accept them.
import { atEnd } from "./ending.ts";
import { createSigningKey } from "#protocols/saml/keys.ts";

export interface Front {
  readonly port: number;
  /** `https://host:port`, how browsers reach a host. */
  origin(host: string): string;
  /** Sends requests for a host, or for every host below `*.host`, to a port of this machine. */
  route(host: string, port: number): void;
  /** Lets a second host lead to where the first one does. */
  alias(host: string, of: string): void;
}

/** Hop-by-hop fields are each side's own business (RFC 9110 §7.6.1). */
const hopByHop = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/** Starts a front that ends after the file's last test; with `scheme: "http"` it speaks plain HTTP. */
export async function startFront({ scheme }: { scheme: "http" | "https" }): Promise<Front> {
  const upstreams = new Map<string, number>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 30,
    ...(scheme === "https" ? { tls: await certificate() } : {}),
    fetch: (request) => forward(request, scheme, upstreams),
  });
  atEnd(() => server.stop(true));
  const { port } = server;
  if (port === undefined) throw new Error("the front has no port");
  return {
    port,
    origin: (host) => `${scheme}://${host}:${port}`,
    route: (host, to) => void upstreams.set(host, to),
    alias(host, of) {
      const to = upstreams.get(of);
      if (to === undefined) throw new Error(`no route to ${of}`);
      upstreams.set(host, to);
    },
  };
}

async function certificate() {
  const { privateKeyPem, certificatePem } = await createSigningKey({
    commonName: "journeys",
    now: new Date(),
    years: 1,
  });
  return { key: privateKeyPem, cert: certificatePem };
}

async function forward(
  request: Request,
  scheme: string,
  upstreams: ReadonlyMap<string, number>,
): Promise<Response> {
  const url = new URL(request.url);
  const port =
    upstreams.get(url.hostname) ?? upstreams.get(url.hostname.replace(/^[^.]*/, "*")) ?? null;
  if (port === null) return new Response("no such host", { status: 502 });
  const headers = new Headers(request.headers);
  for (const name of hopByHop) headers.delete(name);
  headers.set("x-forwarded-proto", scheme);
  headers.set("x-forwarded-for", "203.0.113.7");
  const answer = await fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    decompress: false,
  });
  const sent = new Headers(answer.headers);
  for (const name of hopByHop) sent.delete(name);
  return new Response(answer.body, { status: answer.status, headers: sent });
}
