// The outside of an installation: a proxy with certificates of the test's authority, in front of the real application, and the
// names that lead to it.
import { createDnsClient } from "#platform/dns/client.ts";
import type { DoctorOptions } from "#src/operations/doctor/index.ts";
import { type Authority, createAuthority } from "../../platform/outbound/authority.ts";
import { dnsPeer, type Zone } from "../../support/dns-peer.ts";

type Fetching = (
  request: Request,
  server: { requestIP(): { address: string } },
) => Response | Promise<Response>;

/** What the proxy makes of a request and of the answer to it. */
export interface Manners {
  /** Changes the headers that go to the application. The caller's own are all there. */
  readonly inward: (headers: Headers) => void;
  readonly outward: (headers: Headers) => void;
  /** Where the proxy stands, as the application sees it. */
  readonly address: string;
  /** Paths that it does not keep to itself. */
  readonly leaks: boolean;
}

export const caller = "198.51.100.7";
/** As the Caddyfile has it. */
export const honest: Manners = {
  address: "172.18.0.5",
  leaks: false,
  inward: (headers) => {
    headers.set("x-forwarded-for", caller);
    headers.set("x-forwarded-proto", "https");
  },
  outward: () => undefined,
};

export interface Front extends AsyncDisposable {
  readonly port: number;
  readonly options: DoctorOptions;
  readonly authority: Authority;
  manners: Manners;
  application: Fetching;
  publish(zone: Zone): void;
}

/** Listens; `names` and `days` are those of its certificate. */
export async function aFront(
  names: readonly string[],
  { days = 1, believed }: { days?: number; believed?: Authority } = {},
): Promise<Front> {
  const authority = createAuthority();
  const peer = await dnsPeer(
    {},
    { "silent.example.com": "silent", "*.silent.example.com": "silent" },
  );
  const front = {
    manners: honest,
    application: (() => new Response("no application", { status: 502 })) as Fetching,
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: authority.certify(names, days),
    fetch(request) {
      const { manners, application } = front;
      const url = new URL(request.url);
      const headers = new Headers(request.headers);
      manners.inward(headers);
      const isInternal = /^\/(internal|metrics)(\/|$)/.test(url.pathname);
      if (isInternal) return new Response("", { status: manners.leaks ? 200 : 404 });
      const inner = new Request(`http://${headers.get("host")}${url.pathname}`, { headers });
      return Promise.resolve(
        application(inner, { requestIP: () => ({ address: manners.address }) }),
      ).then((answer) => {
        const outer = new Response(answer.body, answer);
        manners.outward(outer.headers);
        return outer;
      });
    },
  });
  return Object.assign(front, {
    port: server.port ?? 0,
    authority,
    options: {
      ca: (believed ?? authority).ca,
      dns: createDnsClient({ servers: [peer.server], timeoutMs: 100 }),
    },
    publish: (zone: Zone) => peer.publish(zone),
    async [Symbol.asyncDispose]() {
      await Promise.all([server.stop(true), peer[Symbol.asyncDispose]()]);
    },
  });
}
