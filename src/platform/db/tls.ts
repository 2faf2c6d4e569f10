// How a connection to the database is encrypted, the same for everything that connects to it.
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { DatabaseSettings } from "./database.ts";

/** The file is read at once, so that a missing one stops the start and not the first query. @throws {Error} naming the file */
export function tlsOf({
  tls,
  tlsCaFile,
}: Pick<DatabaseSettings, "tls" | "tlsCaFile">): ConnectionOptions | false {
  if (tls === "off") return false;
  return {
    rejectUnauthorized: tls === "verify",
    ...(tlsCaFile === undefined ? {} : { ca: readFileSync(tlsCaFile, "utf8") }),
  };
}
