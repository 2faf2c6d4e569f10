// The services of a test: the real database, keys and hasher; a clock that is moved by hand; nothing leaves the machine.
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHealth } from "#src/health.ts";
import { parseConfig, type Config } from "#src/config.ts";
import { createMailLogos } from "#features/branding/index.ts";
import { createActivityCache } from "#platform/cache.ts";
import type { Clock } from "#platform/clock.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import type { Database } from "#platform/db/database.ts";
import { createDnsClient } from "#platform/dns/client.ts";
import { createLogger } from "#platform/log.ts";
import type { OutgoingMail } from "#platform/mail/message.ts";
import type { MailTransport } from "#platform/mail/transport.ts";
import { outboundFailed } from "#platform/outbound/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { createBreachChecker } from "#platform/passwords/breaches/checker.ts";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import type { Services } from "#platform/services.ts";
import { createStorage } from "#platform/storage/storage.ts";
import { createApp } from "#src/app.ts";

export interface FakeClock extends Clock {
  /** Moves time on. */
  advance(by: { seconds?: number; minutes?: number; hours?: number; days?: number }): void;
}

/** Begins at the present instant, because the database has a clock of its own for what is merely written down. */
export function fakeClock(): FakeClock {
  let shift = 0;
  return {
    now: () => new Date(Date.now() + shift),
    advance({ seconds = 0, minutes = 0, hours = 0, days = 0 }) {
      shift += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
    },
  };
}

export interface CapturedMail extends OutgoingMail {
  /** The first link in the text, without its origin; empty when there is none. */
  readonly link: string;
  /** The first run of 8 digits in the text; empty when there is none. */
  readonly code: string;
}

/** Keeps what would have been sent. */
export function capturingMail(): MailTransport & { readonly sent: CapturedMail[] } {
  const sent: CapturedMail[] = [];
  return {
    sent,
    from: "no-reply@id.weft.test",
    route: "test",
    send: async (mail) => {
      const link = /https?:\/\/[^/\s]+(\/\S*)/.exec(mail.text)?.[1] ?? "";
      const code = /^ *(\d{8})$/m.exec(mail.text)?.[1] ?? "";
      sent.push({ ...mail, link, code });
      return { outcome: "accepted" };
    },
  };
}

/** Refuses every request, as a machine without a network does. */
export const noOutbound: Outbound = {
  fetch: (url) => Promise.reject(outboundFailed({ host: new URL(url).host, reason: "no network" })),
};

/** A name server that nobody runs: every look-up fails at once. */
export const noDns = createDnsClient({ servers: [{ address: "127.0.0.1", port: 1 }] });

/** Where the files of tests are: one folder for this process, made by the first of them. */
export const testFiles = join(tmpdir(), `weft-test-files-${process.pid}`);

/** After a file's last test. */
export const removeTestFiles = () => rm(testFiles, { recursive: true, force: true });

/** A configuration as in production: https, no development switches. `variables` adds to it or overrides it. */
export function testConfig(variables: Readonly<Record<string, string>> = {}): Config {
  return parseConfig({
    BASE_DOMAIN: "id.weft.test",
    SECRET_KEY: "0f9d2b7c4e8a16350f1b8d6c9e3a5720d4c8b1a69f7e2035b6d4c1e8f7a90b32",
    POSTGRES_PASSWORD: "unused: the test's database is open already",
    POSTGRES_USER: "appuser",
    SMTP_HOST: "mail.weft.test",
    LOG_LEVEL: "silent",
    LOCAL_STORAGE_PATH: testFiles,
    ...variables,
  });
}

export interface TestServices extends Services {
  readonly clock: FakeClock;
  readonly mail: ReturnType<typeof capturingMail>;
}

/** Services over a database that is open. Give `overrides` for a test that needs another edge. */
export function testServices(
  database: Database,
  overrides: Partial<Services> & { readonly variables?: Readonly<Record<string, string>> } = {},
): TestServices {
  const { variables, ...replaced } = overrides;
  const config = testConfig(variables);
  const log = createLogger({ level: config.log.level });
  const storage = replaced.storage ?? createStorage(config.storage);
  const outbound = replaced.outbound ?? noOutbound;
  return {
    config,
    database,
    outbound,
    dns: noDns,
    breaches: createBreachChecker(config.breaches, { outbound, log }),
    keys: createKeyring(config.keys),
    passwords: createPasswordHasher({ queueMax: 10_000 }),
    storage,
    mailLogo: createMailLogos(storage, log),
    cache: createActivityCache(null),
    log,
    ...replaced,
    clock: fakeClock(),
    mail: capturingMail(),
  };
}

/** The whole application over these services, as `startWeb` assembles it. */
export const testApplication = (services: Services) =>
  createApp(services, createHealth(services.database));
