// The frame of every operator command: opens what it needs, names the actor, closes whatever happens, prints a refusal as one line.
import type { Actor } from "#src/actor.ts";
import { type Config, loadConfig } from "#src/config.ts";
import { openResources } from "#src/resources.ts";
import { assertSchemaMatches } from "#platform/db/migrate.ts";
import { SchemaMismatchError } from "#platform/db/migrate/compare.ts";
import { DomainError } from "#platform/errors.ts";
import type { Services } from "#platform/services.ts";
import { findTenant, type Tenant, tenantNotFound } from "#features/tenants/index.ts";
import { runningEnvironment } from "./local/environment.ts";
import { exitCodes } from "./_strict.ts";

export interface Operating {
  readonly services: Services;
  readonly config: Config;
  readonly actor: Actor;
  /** The tenant of a subdomain. @throws {tenantNotFound} */
  tenantNamed(subdomain: string): Promise<Tenant>;
}

/** This process's own; without one, that of the local installation that runs here (`weft start`), if any. */
export async function environment(
  options: { asSuperuser?: boolean } = {},
): Promise<Readonly<Record<string, string | undefined>>> {
  if (Bun.env["POSTGRES_PASSWORD"] || Bun.env["SECRET_KEY"]) return Bun.env;
  return (await runningEnvironment(Bun.env["WEFT_HOME"], options)) ?? Bun.env;
}

/** Runs one command. A refusal is printed to stderr, one line a problem, and exits 1; anything unexpected is thrown on. */
export async function operate(
  command: string,
  body: (operating: Operating) => Promise<void>,
): Promise<void> {
  const config = loadConfig("operator", await environment());
  await using services = openResources({ ...config, log: { level: "warn" } });
  const actor: Actor = { kind: "operator", command };
  try {
    await assertSchemaMatches(services.database);
    await body({
      services,
      config,
      actor,
      async tenantNamed(subdomain) {
        const tenant = await services.database.system((db) => findTenant(db, subdomain));
        if (!tenant) throw tenantNotFound({ subdomain });
        return tenant;
      },
    });
  } catch (error) {
    if (error instanceof SchemaMismatchError) console.error(error.message);
    else if (error instanceof DomainError) for (const line of linesOf(error)) console.error(line);
    else throw error;
    process.exitCode = exitCodes.refused;
  }
}

function linesOf(error: DomainError): string[] {
  const fields = error.detail["errors"] as Record<string, string> | undefined;
  if (!fields) {
    const facts = Object.entries(error.detail).map(([name, value]) => `${name}: ${String(value)}`);
    return [facts.length > 0 ? `${error.spec.title} (${facts.join(", ")})` : error.spec.title];
  }
  return Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
}

/** Prints rows for a person as columns, for a script as JSON. */
export function printRows(rows: readonly Record<string, unknown>[], json: boolean): void {
  if (json) return console.log(JSON.stringify(rows, null, 2));
  if (rows.length === 0) return console.log("(none)");
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  const widths = names.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  console.log([line(names), ...cells.map(line)].join("\n"));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Prints one thing for a person as `name: value` lines, for a script as JSON. */
export function printOne(thing: Record<string, unknown>, json: boolean): void {
  if (json) return console.log(JSON.stringify(thing, null, 2));
  for (const [name, value] of Object.entries(thing)) console.log(`${name}: ${cell(value)}`);
}
