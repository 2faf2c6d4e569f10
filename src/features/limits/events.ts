import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Whom it slowed down, where it was somebody's here. */
export const limitReleased = defineEvent("limits.released", {
  says: texts.releasedEvent,
  data: z.object({ limit: z.string(), about: z.string(), userId: UserId.nullable() }),
  personal: ["about"],
});
