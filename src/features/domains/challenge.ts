// The record that proves a domain, and what a look-up says about it: pure.
import { randomBytes } from "node:crypto";
import type { Lookup } from "#platform/dns/client.ts";
import type { CheckOutcome } from "./schema.ts";

/** 160 bits, of each domain of each tenant its own: what one tenant has published proves nothing for another one of the installation. */
export const newProofToken = (): string => randomBytes(20).toString("hex");

/** A name of its own (RFC 8552), so that no record that is there already has to be touched. */
export const recordName = (domain: string): string => `_weftid-challenge.${domain}`;
export const recordValue = (token: string): string => `weftid-domain-verification=${token}`;

export interface Looked {
  readonly outcome: CheckOutcome;
  /** What stands there instead, as far as it helps to find a mistake. */
  readonly found: readonly string[];
}

const foundMost = 3;
const foundLength = 200;

/** What a look-up of the record's name means. Several records may stand there: of two tenants, or of the one before. */
export function judgeLookup(looked: Lookup<string>, token: string): Looked {
  switch (looked.outcome) {
    case "found": {
      const value = recordValue(token);
      if (looked.records.some((record) => record.trim() === value))
        return { outcome: "proved", found: [] };
      return { outcome: "other", found: looked.records.slice(0, foundMost).map(storable) };
    }
    case "none":
      return { outcome: "nothing", found: [] };
    case "timeout":
    case "failed":
      return { outcome: "unreachable", found: [] };
  }
}

/** Anybody's bytes: no control characters, which a page does not show and Postgres does not keep. */
const storable = (record: string): string =>
  record.replaceAll(/\p{Cc}/gu, "�").slice(0, foundLength);
