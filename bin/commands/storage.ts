// Files: where they are, and moving them to where new ones go.
import { listTenants, type Tenant } from "#features/tenants/index.ts";
import type { Services } from "#platform/services.ts";
import { StorageProbeError } from "#platform/storage/errors.ts";
import { countElsewhere, moveFiles } from "#platform/storage/move.ts";
import { countFiles } from "#platform/storage/status.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { exitCodes, nounCommand, strictCommand } from "../_strict.ts";

const json = { type: "boolean", description: "print JSON" } as const;

const status = strictCommand({
  meta: {
    name: "status",
    description: "Where files are kept, how many, and whether that works (exit 1 when it does not)",
  },
  args: { json },
  run: ({ args }) =>
    operate("storage status", async ({ services }) => {
      const { storage, database } = services;
      const problem = await storage.probe().then(() => null, sentenceOf);
      const totals = { local: 0, spaces: 0, localBytes: 0, spacesBytes: 0, leftovers: 0 };
      for await (const tenant of everyTenant(services)) {
        for (const found of await database.tenant(tenant.id).read(countFiles)) {
          if (found.state !== "kept") totals.leftovers += found.files;
          else {
            totals[found.backend] += found.files;
            totals[`${found.backend}Bytes`] += found.bytes;
          }
        }
      }
      const { kind: backend, place } = storage.current;
      printOne({ backend, place, works: problem === null, ...totals }, args.json ?? false);
      if (problem === null) return;
      console.error(problem);
      process.exitCode = exitCodes.refused;
    }),
});

const migrate = strictCommand({
  meta: {
    name: "migrate",
    description:
      "Move the files of all tenants to the configured storage; the other one must still be configured. " +
      "May be interrupted and run again (exit 1 when a file could not be moved)",
  },
  args: { "dry-run": { type: "boolean", description: "only say what would move" }, json },
  run: ({ args }) =>
    operate("storage migrate", async ({ services, actor }) => {
      const { storage, database } = services;
      const problem = await storage.probe().then(() => null, sentenceOf);
      if (problem !== null) return refuse(problem);
      const rows: Record<string, unknown>[] = [];
      const failures: string[] = [];
      for await (const { id, subdomain } of everyTenant(services)) {
        const scope = database.tenant(id);
        const found = await scope.read((db) => countElsewhere(storage, db));
        if (found.files === 0) continue;
        if (args["dry-run"]) {
          rows.push({ tenant: subdomain, ...found });
          continue;
        }
        const { moved, bytes, failed } = await moveFiles(storage, scope, actor);
        rows.push({ tenant: subdomain, files: found.files, bytes, moved, failed: failed.length });
        failures.push(...failed.map((one) => `${subdomain}: file ${one.id}: ${one.reason}`));
      }
      if (rows.length === 0 && !args.json)
        return console.log(`all files are in ${storage.current.kind} storage`);
      printRows(rows, args.json ?? false);
      if (failures.length > 0) refuse(failures.join("\n"));
    }),
});

/** Every tenant, suspended ones too, a thousand at a time. */
async function* everyTenant({ database }: Services): AsyncGenerator<Tenant> {
  for (let after = ""; ;) {
    const tenants = await database.system((db) => listTenants(db, after, 1_000));
    yield* tenants;
    const last = tenants.at(-1);
    if (!last || tenants.length < 1_000) return;
    after = last.subdomain;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof StorageProbeError) return error.message;
  throw error;
}

function refuse(problem: string): void {
  console.error(problem);
  process.exitCode = exitCodes.refused;
}

export const command = nounCommand("storage", "Files that WeftID keeps", { status, migrate });
