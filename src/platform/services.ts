// What every handler and job is handed: opened once per process by src/resources.ts, closed at the end.
import type { Config } from "#src/config.ts";
import type { ActivityCache } from "./cache.ts";
import type { Clock } from "./clock.ts";
import type { Keyring } from "./crypto/keyring.ts";
import type { Database } from "./db/database.ts";
import type { DnsClient } from "./dns/client.ts";
import type { Logger } from "./log.ts";
import type { FindMailLogo } from "./mail/logo.ts";
import type { MailTransport } from "./mail/transport.ts";
import type { Outbound } from "./outbound/fetch.ts";
import type { BreachChecker } from "./passwords/breaches/checker.ts";
import type { PasswordHasher } from "./passwords/hasher.ts";
import type { Storage } from "./storage/storage.ts";

export interface Services {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly outbound: Outbound;
  readonly dns: DnsClient;
  readonly mail: MailTransport;
  readonly mailLogo: FindMailLogo;
  readonly keys: Keyring;
  readonly passwords: PasswordHasher;
  readonly breaches: BreachChecker;
  readonly storage: Storage;
  readonly cache: ActivityCache;
  readonly log: Logger;
}
