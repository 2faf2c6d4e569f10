// One command on a fresh machine: database, migrations, a first tenant, web and worker in this process, mail in a local mailbox.
// Everything below is the code that runs in production; only IS_DEV and the mailbox backend differ.
import { connect } from "node:net";
import { migrate } from "#platform/db/migrate.ts";
import { parseConfig } from "#src/config.ts";
import { siteOrigin } from "#features/tenants/index.ts";
import { openResources } from "#src/resources.ts";
import { startWeb } from "#src/server.ts";
import { startJobs } from "#src/worker.ts";
import { startPostgres } from "../local/embedded-postgres.ts";
import { announce, environmentOf, repository } from "../local/environment.ts";
import { openHome } from "../local/home.ts";
import { provision } from "../_provision.ts";
import { strictCommand } from "../_strict.ts";
import { runUntilStopped } from "../_until-stopped.ts";

const founder = {
  subdomain: "acme",
  tenantName: "Acme",
  email: "admin@acme.test",
  firstName: "Ada",
  lastName: "Admin",
};
const graceSeconds = 5;

export const command = strictCommand({
  meta: {
    name: "start",
    description:
      "Try WeftID on this machine: PORT, BASE_DOMAIN and WEFT_HOME are honoured, Ctrl-C stops everything",
  },
  args: {},
  run: () => runUntilStopped(start),
});

async function start(): Promise<() => Promise<void>> {
  const startedAt = performance.now();
  const home = await openHome(Bun.env["WEFT_HOME"], repository);
  const port = Bun.env["PORT"]?.trim() || "8000";
  await requireFreePort(Number(port));
  const postgres = await startPostgres({ dataDir: home.dataDir, durable: true });
  const close: (() => Promise<void>)[] = [() => postgres.stop()];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    for (const step of close.toReversed()) await step();
  };
  try {
    const choices = {
      PORT: port,
      INTERNAL_PORT: Bun.env["INTERNAL_PORT"]?.trim() || String(await freePort()),
      HOST: Bun.env["HOST"]?.trim() || "127.0.0.1",
      BASE_DOMAIN: Bun.env["BASE_DOMAIN"]?.trim() || "localhost",
    };
    const environment = environmentOf(home, postgres, choices);
    const migrating = parseConfig(
      {
        ...environment,
        POSTGRES_USER: postgres.user,
        POSTGRES_PASSWORD: postgres.password,
        APPUSER_PASSWORD: home.secrets.APPUSER_PASSWORD,
      },
      "migrate",
    );
    await migrate(migrating.database, {
      appuserPassword: migrating.appuserPassword,
      appVersion: migrating.version,
      createDatabase: true,
    });
    const logLevel = Bun.env["LOG_LEVEL"]?.trim() || "warn";
    const config = parseConfig({ ...environment, LOG_LEVEL: logLevel }, "serve");
    const services = openResources(config);
    close.push(() => Promise.resolve(services[Symbol.asyncDispose]()));
    const worker = await startJobs(services);
    close.push(() => worker.stop(graceSeconds));
    const web = await startWeb(services);
    close.push(() => web.stop(graceSeconds));
    close.push(await announce(home, choices));
    const founded = await provision(services, { kind: "operator", command: "start" }, founder, {
      onlyIfNew: true,
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      [
        "",
        `  WeftID is ready (${seconds} s)`,
        "",
        `  Sign in     ${siteOrigin(config, founder.subdomain)}`,
        `  Mailbox     ${siteOrigin(config, "").replace("//.", "//")}/dev/mail`,
        ...(founded.link ? [`  Invitation  ${founded.link}`] : []),
        "",
        `  Data is kept in ${home.folder}. Stop with Ctrl-C.`,
        "",
      ].join("\n"),
    );
    void postgres.exited.then(() => {
      if (stopping) return;
      console.error("the database has stopped; run this command again");
      process.exit(1);
    });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Says it before anything is started. @throws {Error} with the line to read */
async function requireFreePort(port: number): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
  if (taken)
    throw new Error(
      `port ${port} is in use: stop what listens there, or choose another (PORT=8010)`,
    );
}

async function freePort(): Promise<number> {
  const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = probe;
  await probe.stop(true);
  if (port === undefined) throw new Error("no free port");
  return port;
}
