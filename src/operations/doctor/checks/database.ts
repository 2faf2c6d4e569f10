// Does the database answer, and is it a version that the schema can live in?
import { inspectDatabase } from "#platform/db/inspect.ts";
import type { Config } from "#src/config.ts";
import { type Check, fail, type Finding, ok } from "../check.ts";
import { brief, migrateLine, setting } from "../lines.ts";
import { texts } from "../texts.ts";

const leastVersion = 180_000;

export const database: Check = {
  name: "database",
  title: "Database",
  settings: ["POSTGRES_"],
  async run({ services: { config } }) {
    try {
      const [row] = await inspectDatabase(config.database, (inspector) =>
        inspector.rows<{ number: number; text: string }>(
          `select current_setting('server_version_num')::int as number, current_setting('server_version') as text`,
        ),
      );
      const text = row?.text ?? "";
      return (row?.number ?? 0) >= leastVersion
        ? ok(texts.databaseAnswers(text))
        : fail(texts.databaseTooOld(text), setting("POSTGRES_HOST", "<a server of version 18>"));
    } catch (error) {
      return unreached(config, error);
    }
  },
};

/** What each refusal of the server means to the operator, by its SQLSTATE. */
function unreached({ database: { host, port, name, user } }: Config, error: unknown): Finding {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "28P01" || code === "28000") return fail(texts.databasePassword(user), migrateLine);
  if (code === "3D000") return fail(texts.databaseAbsent(name), migrateLine);
  if (code === "53300") return fail(texts.databaseFull, setting("POSTGRES_POOL_SIZE", "5"));
  if (code === "42501") return fail(texts.databaseForbidden(user, name), migrateLine);
  return fail(
    texts.databaseUnreached(`${host}:${port}`, brief(error)),
    host === "db"
      ? "docker compose up -d db"
      : setting("POSTGRES_HOST", "<the server that the database runs on>"),
  );
}
