import type { EndingKey } from "./schema.ts";

/** The page of a connection, where its key is switched. */
export const connectionPath = ({ kind, id }: Pick<EndingKey, "kind" | "id">): string =>
  kind === "application" ? `/applications/${id}` : `/identity-providers/${id}`;
