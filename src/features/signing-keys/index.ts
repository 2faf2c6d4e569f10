// The keys that we sign with for one connection, whatever its kind: each kind says in a `KeyKind` what is its own.
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import {
  type Changing,
  discardKey,
  insertKey,
  prepareKey,
  type Preparing,
  switchKey,
  type Which,
} from "./actions.ts";
import type { KeyKind } from "./kind.ts";
import { openKey } from "./open.ts";
import { activeKey, type KeyRow, listKeys, publishedKeys } from "./queries.ts";

export { createKey } from "./actions.ts";
export { keyPages, type KeyWords } from "./parts.tsx";
export type { KeyRow } from "./queries.ts";
export { signingKeyOf } from "./schema.ts";
export { texts as signingKeyTexts } from "./texts.ts";

type NewKey<Owner> = Parameters<typeof insertKey<Owner & string, string>>[2];
type Keeping = Parameters<typeof insertKey>[1];

/** All that can be done with the keys of a kind. */
export const signingKeys = <Owner extends string, Id extends string>(kind: KeyKind<Owner, Id>) => ({
  insertKey: (by: Keeping, key: NewKey<Owner>) => insertKey(kind, by, key),
  prepareKey: (by: Preparing<Id>, owner: Owner) => prepareKey(kind, by, owner),
  switchKey: (by: Changing, which: Which<Owner, Id>) => switchKey(kind, by, which),
  discardKey: (by: Omit<Changing, "now">, which: Which<Owner, Id>) => discardKey(kind, by, which),
  publishedKeys: (db: TenantDb, owner: Owner) => publishedKeys(kind, db, owner),
  listKeys: (db: TenantDb, owner: Owner) => listKeys(kind, db, owner),
  activeKey: (db: TenantDb, owner: Owner) => activeKey(kind, db, owner),
  openKey: (by: Pick<Handling, "services" | "tenant">, row: KeyRow) => openKey(kind, by, row),
});
