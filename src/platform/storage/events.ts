import { z } from "zod";
import { FileId } from "#src/ids.ts";
import { defineEvent } from "../audit/define.ts";
import { texts } from "./texts.ts";

const Kind = z.enum(["local", "spaces"]);

export const fileMoved = defineEvent("file.moved", {
  says: texts.moved,
  data: z.object({ fileId: FileId, from: Kind, to: Kind, sizeBytes: z.number() }),
});
