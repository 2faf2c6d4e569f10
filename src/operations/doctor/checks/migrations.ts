// Is the database at the schema of this version, and if not, which of the two is ahead?
import { assertSchemaMatches } from "#platform/db/migrate.ts";
import { texts as schemaTexts } from "#platform/db/migrate/texts.ts";
import { SchemaMismatchError } from "#platform/db/migrate/compare.ts";
import { type Check, fail, ok } from "../check.ts";
import { migrateLine, setting } from "../lines.ts";
import { texts } from "../texts.ts";

export const migrations: Check = {
  name: "migrations",
  title: "Migrations",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { database } }) {
    try {
      const { ahead } = await assertSchemaMatches(database);
      return ok(ahead.length > 0 ? schemaTexts.ahead(ahead) : texts.schemaCurrent);
    } catch (error) {
      if (!(error instanceof SchemaMismatchError)) throw error;
      const { state } = error.comparison;
      const isBehind = state === "empty" || state === "older";
      return fail(
        error.message,
        isBehind ? migrateLine : setting("WEFT_VERSION", "<the version that ran last>"),
      );
    }
  },
};
