// The breach service at the edge of the machine: what it lists is put in by a test, what it was asked is kept.
import { createHash } from "node:crypto";
import { outboundFailed } from "#platform/outbound/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";

const digestOf = (password: string) =>
  createHash("sha1").update(password.normalize("NFC")).digest("hex").toUpperCase();

export interface FakeBreaches extends Outbound {
  readonly listed: Set<string>;
  /** Prefixes asked for, in order. */
  readonly asked: string[];
  /** Every request fails. */
  isAway: boolean;
}

/** Answers ranges as the service does, padded with entries that count nothing. */
export function fakeBreaches(): FakeBreaches {
  const service: FakeBreaches = {
    listed: new Set(),
    asked: [],
    isAway: false,
    fetch(url) {
      const { host, pathname } = new URL(url);
      if (service.isAway) return Promise.reject(outboundFailed({ host, reason: "away" }));
      const prefix = pathname.replace("/range/", "");
      service.asked.push(prefix);
      const lines = [...service.listed]
        .map(digestOf)
        .filter((digest) => digest.startsWith(prefix))
        .map((digest) => `${digest.slice(5)}:12`);
      const body = [...lines, `${"0".repeat(35)}:0`].join("\r\n");
      return Promise.resolve({
        status: 200,
        headers: new Headers(),
        body: Buffer.from(body),
        text: () => body,
      });
    },
  };
  return service;
}

export const prefixOf = (password: string): string => digestOf(password).slice(0, 5);
