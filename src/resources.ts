// Everything a process opens, in order, and closes again in reverse.
import { createMailLogos } from "#features/branding/index.ts";
import { createActivityCache } from "#platform/cache.ts";
import { systemClock } from "#platform/clock.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { openDatabase } from "#platform/db/database.ts";
import { createDnsClient } from "#platform/dns/client.ts";
import { createLogger } from "#platform/log.ts";
import { createMailTransport } from "#platform/mail/transport.ts";
import { createOutbound } from "#platform/outbound/fetch.ts";
import { createBreachChecker } from "#platform/passwords/breaches/checker.ts";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import type { Services } from "#platform/services.ts";
import { createStorage } from "#platform/storage/storage.ts";
import type { Config } from "./config.ts";

export interface Resources extends Services, AsyncDisposable {}

/** Opens what the configuration names. Nothing connects before it is first used, so a missing cache or mail server does not stop a start. */
export function openResources(config: Config): Resources {
  const log = createLogger({ level: config.log.level });
  const database = openDatabase(config.database, (err) =>
    log.warn({ err }, "database_connection_lost"),
  );
  const outbound = createOutbound({
    allowPrivate: config.dev.isDev,
    log,
    // A mirror of the breach list may stand next door.
    exceptions: [new URL(config.breaches.baseUrl).origin],
  });
  const mail = createMailTransport(config.mail, outbound, systemClock);
  const cache = createActivityCache(config.cache, log);
  const storage = createStorage(config.storage);
  return {
    config,
    database,
    clock: systemClock,
    outbound,
    dns: createDnsClient(config.dns),
    mail,
    mailLogo: createMailLogos(storage, log),
    keys: createKeyring(config.keys),
    passwords: createPasswordHasher({}),
    breaches: createBreachChecker(config.breaches, { outbound, log }),
    storage,
    cache,
    log,
    async [Symbol.asyncDispose]() {
      cache.close();
      await database.close();
    },
  };
}
