// Encrypts every stored secret anew under SECRET_KEY, so that SECRET_KEY_PREVIOUS can go.
import { type Rotation, rotateKey } from "#src/operations/rotate-key.ts";
import { operate, printRows } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

export const command = strictCommand({
  meta: {
    name: "rotate-key",
    description:
      "Encrypt what is under SECRET_KEY_PREVIOUS anew under SECRET_KEY, while everything runs (exit 0 nothing is left under another key, 1 something is, 78 wrong settings)",
  },
  args: {
    "dry-run": { type: "boolean", description: "only count what would be done" },
    json: { type: "boolean", description: "print JSON" },
  },
  run: ({ args }) =>
    operate("rotate-key", async ({ services, actor }) => {
      const rotation = await rotateKey({
        database: services.database,
        keys: services.keys,
        actor,
        dryRun: args["dry-run"] ?? false,
      });
      const hasPrevious = services.keys.keyIds.length > 1;
      if (args.json) console.log(JSON.stringify(rotation, null, 2));
      else print(rotation, hasPrevious);
      if (rotation.remaining > 0) process.exitCode = exitCodes.refused;
    }),
});

function print(rotation: Rotation, hasPrevious: boolean): void {
  const { dryRun, kinds, authenticated, tenants, remaining } = rotation;
  printRows(
    kinds.map((kind) => ({
      secrets: kind.title,
      "under the key already": kind.current,
      [dryRun ? "to be encrypted anew" : "encrypted anew"]: kind.resealed,
      "changed meanwhile": kind.changedMeanwhile,
      unreadable: kind.unreadable,
    })),
    false,
  );
  console.log(`${tenants} ${tenants === 1 ? "tenant" : "tenants"}`);
  const unreadable = kinds.reduce((sum, kind) => sum + kind.unreadable, 0);
  if (unreadable > 0) console.error(unreadableAdvice(unreadable, hasPrevious));
  if (dryRun) return console.log("nothing was changed (--dry-run)");
  if (remaining > unreadable) {
    console.error(
      `${remaining - unreadable} secrets came in under another key meanwhile: restart what still runs with the old SECRET_KEY, then run this again`,
    );
  }
  if (remaining > 0 || !hasPrevious) return;
  for (const { title, rows, until } of authenticated) {
    if (rows === 0) continue;
    const end = until
      ? `the last runs out at ${until.toISOString()}`
      : "each until it is made again";
    console.log(`${rows} ${title}: cannot be made anew, ${end}`);
  }
  console.log(
    "every secret is under SECRET_KEY: take SECRET_KEY_PREVIOUS out of .env and run docker compose up -d. Keep it with the backups made before the change: they need it",
  );
}

const unreadableAdvice = (count: number, hasPrevious: boolean) =>
  hasPrevious
    ? `${count} secrets open neither with SECRET_KEY nor with SECRET_KEY_PREVIOUS: put the key they were sealed with into SECRET_KEY_PREVIOUS`
    : `${count} secrets do not open with SECRET_KEY: set SECRET_KEY_PREVIOUS to the key before it`;
