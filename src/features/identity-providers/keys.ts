// The keys that sign requests to one provider.
import { signingKeys } from "#features/signing-keys/index.ts";
import { record } from "#platform/audit/record.ts";
import { type IdentityProviderId, IdentityProviderKeyId } from "#src/ids.ts";
import { keyIsPrepared, keyNotFound, keyNotPrepared } from "./errors.ts";
import { keyDiscarded, keyPrepared, keySwitched } from "./events.ts";
import { findProvider, lockProvider } from "./queries.ts";

/** Their life is that of all signing keys (`features/signing-keys`). */
export const {
  insertKey,
  prepareKey,
  switchKey,
  discardKey,
  publishedKeys,
  listKeys,
  activeKey,
  openKey,
} = signingKeys<IdentityProviderId, IdentityProviderKeyId>({
  table: "identity_provider_keys",
  ownedBy: "identity_provider_id",
  id: IdentityProviderKeyId,
  find: findProvider,
  lock: lockProvider,
  refusals: { isPrepared: keyIsPrepared, notFound: keyNotFound, notPrepared: keyNotPrepared },
  record: {
    prepared: (db, actor, { owner: identityProviderId, ...about }) =>
      record(db, actor, keyPrepared, { identityProviderId, ...about }),
    switched: (db, actor, { owner: identityProviderId, ...about }) =>
      record(db, actor, keySwitched, { identityProviderId, ...about }),
    discarded: (db, actor, { owner: identityProviderId, ...about }) =>
      record(db, actor, keyDiscarded, { identityProviderId, ...about }),
  },
});
