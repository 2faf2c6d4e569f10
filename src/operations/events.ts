// What an operator does to the whole installation, as each tenant's audit trail shows it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { texts } from "./texts.ts";

export const secretsResealed = defineEvent("secrets.resealed", {
  says: texts.secretsResealed,
  data: z.object({ table: z.string(), column: z.string(), rows: z.int() }),
});
