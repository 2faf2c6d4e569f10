// The checks, in the order in which they are shown. Another one is another file and another line here.
import type { Check } from "../check.ts";
import { backups } from "./backups.ts";
import { breaches } from "./breaches.ts";
import { cache } from "./cache.ts";
import { clock } from "./clock.ts";
import { configuration } from "./configuration.ts";
import { connections } from "./connections.ts";
import { database } from "./database.ts";
import { disk } from "./disk.ts";
import { dns } from "./dns.ts";
import { hosts } from "./hosts.ts";
import { isolation } from "./isolation.ts";
import { mail } from "./mail.ts";
import { migrations } from "./migrations.ts";
import { proxy } from "./proxy.ts";
import { roles } from "./roles.ts";
import { storage } from "./storage.ts";
import { tls } from "./tls.ts";
import { workers } from "./workers.ts";

export const checks: readonly Check[] = [
  configuration,
  database,
  migrations,
  roles,
  isolation,
  clock,
  connections,
  workers,
  cache,
  mail,
  breaches,
  dns,
  tls,
  proxy,
  hosts,
  storage,
  disk,
  backups,
];
