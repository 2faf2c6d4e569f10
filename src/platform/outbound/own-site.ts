// This installation's own public site, asked from the outside: at the address that the DNS gives, private or not, with the
// certificate checked for the name. The operator's configuration names the site, never a user of it.
import { connect, type PeerCertificate } from "node:tls";
import { failureReason, networkCode } from "./errors.ts";
import { texts } from "./texts.ts";

export interface SiteAddress {
  /** `https://acme.id.example.com`, with its port where it is not 443. */
  readonly origin: string;
  readonly address: string;
  /** PEM of the authorities that are believed; the system's by default. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export interface SiteRequest extends SiteAddress {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the request says it is for, where that is not the site. */
  readonly host?: string;
}

export interface SiteAnswer {
  readonly status: number;
  readonly headers: Headers;
}

/** Why there was no answer: one sentence, and the system's code. */
export interface SiteFailure {
  readonly problem: string;
  readonly code: string;
}

const isTimeout = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError");

function failureOf(host: string, error: unknown): SiteFailure {
  if (isTimeout(error)) return { problem: texts.noAnswerInTime(host), code: "ETIMEDOUT" };
  const code = networkCode(error);
  if (code === null) throw error;
  return { problem: failureReason(host, code), code };
}

/** One GET; redirects are not followed, and the body is not read. */
export async function askOwnSite(request: SiteRequest): Promise<SiteAnswer | SiteFailure> {
  const { origin, address, path, ca, signal } = request;
  const site = new URL(origin);
  const target = new URL(path, origin);
  target.hostname = address.includes(":") ? `[${address}]` : address;
  try {
    // oxlint-disable-next-line no-restricted-globals -- to the installation itself, which outbound.fetch would refuse in a private network
    const answer = await fetch(target, {
      headers: { ...request.headers, host: request.host ?? site.host },
      redirect: "manual",
      signal,
      proxy: false,
      keepalive: false,
      tls: {
        rejectUnauthorized: true,
        serverName: site.hostname,
        ...(ca === undefined ? {} : { ca }),
      },
    });
    await answer.body?.cancel();
    return { status: answer.status, headers: answer.headers };
  } catch (error) {
    return failureOf(site.hostname, error);
  }
}

export interface SiteCertificate {
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** The system's code for what is wrong with the chain or the name; null when nothing is. */
  readonly problemCode: string | null;
}

/** The certificate that a site shows, believed or not. */
export async function certificateOf({
  origin,
  address,
  ca,
  signal,
}: SiteAddress): Promise<SiteCertificate | SiteFailure> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<SiteCertificate>();
  const socket = connect({
    host: address,
    port: port === "" ? 443 : Number(port),
    servername: hostname,
    // Looked at even where it is not to be believed; nothing is sent over this connection.
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
  });
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  socket.on("secureConnect", () => {
    const error: unknown = socket.authorizationError;
    const code = error instanceof Error ? networkCode(error) : error;
    resolve(describe(socket.getPeerCertificate(), socket.authorized ? null : String(code)));
  });
  socket.on("error", reject);
  socket.on("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  try {
    return await promise;
  } catch (error) {
    return failureOf(hostname, error);
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}

const describe = (certificate: PeerCertificate, problemCode: string | null): SiteCertificate => ({
  issuer: [certificate.issuer.O, certificate.issuer.CN].filter(Boolean).join(" "),
  names: [...(certificate.subjectaltname ?? "").matchAll(/DNS:([^,\s]+)/g)].map(
    ([, name = ""]) => name,
  ),
  validFrom: new Date(certificate.valid_from),
  validTo: new Date(certificate.valid_to),
  problemCode,
});
