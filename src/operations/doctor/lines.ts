// Lines that repair something, as they are typed on the server (deploy/README.md).
import type { Config } from "#src/config.ts";
import { maskEmails } from "#platform/log.ts";

/** A setting in `.env`, and what applies it. */
export const setting = (name: string, value: string): string =>
  `${name}=${value}  # in .env, then: docker compose up -d`;

/** SQL as the superuser. */
export const psql = ({ database }: Config, sql: string): string =>
  `docker compose exec db psql -U postgres -d ${database.name} -c "${sql}"`;

/** Asserts roles, ownership and settings of the database, and applies what is pending. */
export const migrateLine = "docker compose run --rm migrate";

export const weftLine = (command: string): string => `docker compose exec app weft ${command}`;

/** What went wrong, in one line without addresses of people. */
export function brief(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Connecting to several addresses of a name fails with an error that has no message of its own.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const message = error.message || (inner instanceof Error ? inner.message : error.name);
  return maskEmails(message).replace(/\s+/g, " ").slice(0, 300);
}
