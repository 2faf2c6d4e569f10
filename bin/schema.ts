#!/usr/bin/env bun
// After a change of sql/: writes sql/schema.sql and src/platform/db/schema.ts anew from a freshly migrated database.
// `bun bin/schema.ts --check` writes nothing and fails when one of them is not what it would write.
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { migrate } from "#platform/db/migrate.ts";
import { type PostgresAddress, startPostgres } from "./local/embedded-postgres.ts";
import { dumpSchema } from "./schema/dump.ts";
import { databaseTypes } from "./schema/types.ts";

const checkout = join(import.meta.dir, "..");

/** The generated files: path below the checkout → contents. */
async function generate(server: PostgresAddress): Promise<Record<string, string>> {
  const { host, port, user, password } = server;
  const name = `weft_schema_${randomBytes(4).toString("hex")}`;
  const connection = { host, port, user, password, database: name };
  const admin = new Client({ ...connection, database: "postgres" });
  await admin.connect();
  try {
    await migrate(
      { host, port, name, user, password, tls: "off", poolSize: 1 },
      {
        appuserPassword: randomBytes(24).toString("base64"),
        appVersion: "schema",
        createDatabase: true,
      },
    );
    return {
      "sql/schema.sql": await dump(connection),
      "src/platform/db/schema.ts": await databaseTypes(connection),
    };
  } finally {
    // Waits a moment for connections that are closing; cutting them would be an error in them.
    await admin.query(`drop database if exists ${name}`);
    await admin.end();
  }
}

async function dump(connection: ConstructorParameters<typeof Client>[0]): Promise<string> {
  const client = new Client(connection);
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
}

/** The first line that differs, as a person would look for it. */
function firstDifference(path: string, found: string, expected: string): string {
  const [now, then] = [found.split("\n"), expected.split("\n")];
  const at = then.findIndex((line, index) => line !== now[index]);
  const line = at < 0 ? then.length : at;
  return `${path}:${line + 1} is not what the migrations make:\n  it says   ${now[line] ?? "(end of file)"}\n  should be ${then[line] ?? "(end of file)"}`;
}

async function checkOrWrite(server: PostgresAddress, isCheck: boolean): Promise<boolean> {
  let isCurrent = true;
  for (const [path, expected] of Object.entries(await generate(server))) {
    const file = Bun.file(join(checkout, path));
    const found = (await file.exists()) ? await file.text() : "";
    if (found === expected) continue;
    isCurrent = false;
    if (isCheck) console.error(firstDifference(path, found, expected));
    else {
      await file.write(expected);
      console.log(`wrote ${path}`);
    }
  }
  if (isCurrent) console.log("sql/schema.sql and src/platform/db/schema.ts are current");
  else if (isCheck) console.error("Run bun bin/schema.ts and look at the difference.");
  return isCurrent || !isCheck;
}

async function withServer<T>(body: (server: PostgresAddress) => Promise<T>): Promise<T> {
  // `test/run.ts` has a server already.
  const given = Bun.env["WEFT_TEST_POSTGRES"];
  if (given) return body(JSON.parse(given));
  const folder = await mkdtemp(join(tmpdir(), "weft-schema-"));
  // Where PostgreSQL has to run as another user than we are, it must be able to pass through.
  await chmod(folder, 0o711);
  try {
    const server = await startPostgres({ dataDir: join(folder, "data"), durable: false });
    try {
      return await body(server);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [flag, ...rest] = Bun.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== "--check")) {
  console.error("usage: bun bin/schema.ts [--check]");
  process.exit(2);
}
process.exitCode = (await withServer((server) => checkOrWrite(server, flag === "--check"))) ? 0 : 1;
