// What every journey plays on: the real application and its worker on ports of their own, behind a front, with a database,
// a mailbox and a first tenant whose founder has been invited.
import { atEnd } from "../../peers/ending.ts";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "#src/config.ts";
import { openResources, type Resources } from "#src/resources.ts";
import { startWeb } from "#src/server.ts";
import { startJobs } from "#src/worker.ts";
import { provision } from "../../../bin/_provision.ts";
import { type Front, startFront } from "../../peers/front.ts";
import { testDatabase, type TestDatabase } from "../../support/database.ts";
import { type Mailbox, openMailbox } from "./mailbox.ts";

export interface Stage {
  readonly front: Front;
  readonly services: Resources;
  readonly database: TestDatabase;
  readonly mailbox: Mailbox;
  /** The port of the application on this machine, behind the front. */
  readonly port: number;
  /** `https://acme.id.example.test:port`. */
  readonly acme: string;
  /** The host of that. */
  readonly acmeHost: string;
}

/** By the scheme that browsers come with: `http` is what `weft start` gives a developer. */
export const baseDomains = { https: "id.example.test", http: "localhost" } as const;

export interface Somebody {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}
export const ada: Somebody = {
  email: "ada@acme.example",
  firstName: "Ada",
  lastName: "Lovelace",
};

const graceSeconds = 2;

/** Starts everything; it ends after the file's last test. Ada's invitation lies in the mailbox. */
export async function startStage(scheme: "http" | "https" = "https"): Promise<Stage> {
  const [database, front] = await Promise.all([testDatabase(), startFront({ scheme })]);
  const baseDomain = baseDomains[scheme];
  const folder = await mkdtemp(join(tmpdir(), "weft-journey-"));
  const services = openResources(configOf(database, front, scheme, folder));
  const worker = await startJobs(services);
  const web = await startWeb(services);
  atEnd(async () => {
    await web.stop(graceSeconds);
    await worker.stop(graceSeconds);
    await services[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  front.route(baseDomain, web.port);
  front.route(`*.${baseDomain}`, web.port);
  const tenant = { subdomain: "acme", tenantName: "Acme" };
  await provision(services, { kind: "operator", command: "provision" }, { ...tenant, ...ada });
  return {
    front,
    services,
    database,
    mailbox: openMailbox(folder),
    port: web.port,
    acme: front.origin(`acme.${baseDomain}`),
    acmeHost: `acme.${baseDomain}`,
  };
}

function configOf(
  { settings }: TestDatabase,
  front: Front,
  scheme: "http" | "https",
  mailboxPath: string,
) {
  const config = parseConfig({
    POSTGRES_HOST: settings.host,
    POSTGRES_PORT: String(settings.port),
    POSTGRES_DB: settings.name,
    POSTGRES_USER: settings.user,
    POSTGRES_PASSWORD: settings.password,
    POSTGRES_POOL_SIZE: "5",
    SECRET_KEY: randomBytes(48).toString("base64"),
    BASE_DOMAIN: baseDomains[scheme],
    IS_DEV: "true",
    PUBLIC_SCHEME: scheme,
    PUBLIC_PORT: String(front.port),
    EMAIL_BACKEND: "mailbox",
    MAILBOX_PATH: mailboxPath,
    LOCAL_STORAGE_PATH: join(mailboxPath, "files"),
    LOG_LEVEL: "error",
    ENABLE_OPENAPI_DOCS: "true",
  });
  // Any free port: browsers come by the front.
  return { ...config, http: { ...config.http, port: 0, internalPort: 0 } };
}
