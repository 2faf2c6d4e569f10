// Who registers or changes a peer, and with what.
import type { Keyring } from "#platform/crypto/keyring.ts";
import type { TenantScope } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import type { Actor } from "#src/actor.ts";
import type { Reading } from "./read.ts";

export interface Registering extends Reading {
  readonly tenant: TenantScope;
  readonly actor: Actor;
  readonly keys: Keyring;
}

export const registering = ({
  tenant,
  actor,
  services,
  now,
}: Handling<unknown, unknown>): Registering => ({
  tenant,
  actor,
  outbound: services.outbound,
  keys: services.keys,
  now,
  allowHttp: services.config.dev.isDev,
});
