// What differs between the keys that sign for applications and those that sign for identity providers.
import type { TenantDb } from "#platform/db/database.ts";
import type { ErrorDefinition } from "#platform/errors.ts";
import type { Actor } from "#src/actor.ts";

/** What every event about a key says. */
export interface AboutKey<Owner, Id> {
  readonly owner: Owner;
  /** Of the connection. */
  readonly name: string;
  readonly keyId: Id;
  readonly fingerprint: string;
}

type Recorder<About> = (db: TenantDb, actor: Actor, about: About) => Promise<void>;

export interface KeyKind<Owner extends string, Id extends string> {
  readonly table: "saml_keys" | "identity_provider_keys";
  /** The column that says whose key it is. */
  readonly ownedBy: "application_id" | "identity_provider_id";
  /** Reads a key's id. */
  readonly id: { parse(value: unknown): Id };
  /** The connection. @throws that there is none */
  find(db: TenantDb, owner: Owner): Promise<{ readonly name: string }>;
  /** The same, locked until the transaction ends. */
  lock(db: TenantDb, owner: Owner): Promise<{ readonly name: string }>;
  readonly refusals: Readonly<Record<"isPrepared" | "notFound" | "notPrepared", ErrorDefinition>>;
  readonly record: {
    readonly prepared: Recorder<AboutKey<Owner, Id> & { readonly expiresAt: string }>;
    readonly switched: Recorder<
      AboutKey<Owner, Id> & { readonly formerKeyId: Id; readonly formerFingerprint: string }
    >;
    readonly discarded: Recorder<AboutKey<Owner, Id>>;
  };
}
