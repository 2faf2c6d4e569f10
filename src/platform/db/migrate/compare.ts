// Whether a database and this release are at the same schema, and if not, which of them is ahead.
import type { MigrationFile } from "./files.ts";
import { texts } from "./texts.ts";

export type SchemaState =
  /** Nothing is applied yet. */
  | "empty"
  | "current"
  /** Migrations of this release are not applied. */
  | "older"
  /** Migrations are applied that this release does not know, each declared to serve it: it works, and changes nothing. */
  | "ahead"
  /** Migrations are applied that this release does not know, and that may break it. */
  | "newer"
  /** Both at once. */
  | "diverged"
  /** A migration is applied with other contents than this release has. */
  | "changed";

export interface SchemaComparison {
  readonly state: SchemaState;
  /** Versions this release has and the database lacks. */
  readonly pending: readonly string[];
  /** Versions the database has and this release does not know. */
  readonly unknown: readonly string[];
  /** Versions both have, with different contents. */
  readonly changed: readonly string[];
}

export interface Applied {
  readonly version: string;
  readonly checksum: string;
  /** The number of the migration that a release must have at least to work on the schema with this one; null: only its own. */
  readonly compatibleFrom: string | null;
}

export function compareSchema(
  known: readonly MigrationFile[],
  applied: readonly Applied[],
): SchemaComparison {
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  const versions = new Set(known.map(({ version }) => version));
  const pending = known.filter(({ version }) => !checksums.has(version));
  const unknown = applied.filter(({ version }) => !versions.has(version));
  const changed = known.filter(
    ({ version, checksum }) => checksums.has(version) && checksums.get(version) !== checksum,
  );
  const names = (list: readonly { readonly version: string }[]) =>
    list.map(({ version }) => version);
  return {
    state: stateOf({
      applied: applied.length,
      pending: pending.length,
      unknown: unknown.length,
      changed: changed.length,
      serveUs: unknown.every((migration) => serves(migration, known.at(-1)?.version)),
    }),
    pending: names(pending),
    unknown: names(unknown),
    changed: names(changed),
  };
}

/** By the newest migration it knows, a release is known: `0007` and later serve one that ends with `0009_…`. */
const serves = ({ compatibleFrom }: Applied, newestKnown: string | undefined): boolean =>
  compatibleFrom !== null && newestKnown !== undefined && compatibleFrom <= newestKnown.slice(0, 4);

function stateOf(count: {
  applied: number;
  pending: number;
  unknown: number;
  changed: number;
  serveUs: boolean;
}): SchemaState {
  if (count.changed > 0) return "changed";
  if (count.unknown > 0) return count.pending > 0 ? "diverged" : count.serveUs ? "ahead" : "newer";
  if (count.pending > 0) return count.applied > 0 ? "older" : "empty";
  return "current";
}

/** The database and this release do not fit; `message` says which way, and what to do. */
export class SchemaMismatchError extends Error {
  override readonly name = "SchemaMismatchError";
  readonly comparison: SchemaComparison;
  constructor(comparison: SchemaComparison, cause?: unknown) {
    super(adviceFor(comparison), { cause });
    this.comparison = comparison;
  }
}

function adviceFor({ state, pending, unknown, changed }: SchemaComparison): string {
  const advice: Record<SchemaState, string> = {
    empty: texts.empty,
    current: texts.current,
    ahead: texts.ahead(unknown),
    older: texts.older(pending),
    newer: texts.newer(unknown),
    diverged: texts.diverged(pending, unknown),
    changed: texts.changed(changed),
  };
  return advice[state];
}
