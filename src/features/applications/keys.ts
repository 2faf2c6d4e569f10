// The keys that sign for one application.
import { signingKeys } from "#features/signing-keys/index.ts";
import { record } from "#platform/audit/record.ts";
import { type ApplicationId, SamlKeyId } from "#src/ids.ts";
import { keyIsPrepared, keyNotFound, keyNotPrepared } from "./errors.ts";
import { keyDiscarded, keyPrepared, keySwitched } from "./events.ts";
import { findApplication, lockApplication } from "./queries.ts";

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
} = signingKeys<ApplicationId, SamlKeyId>({
  table: "saml_keys",
  ownedBy: "application_id",
  id: SamlKeyId,
  find: findApplication,
  lock: lockApplication,
  refusals: { isPrepared: keyIsPrepared, notFound: keyNotFound, notPrepared: keyNotPrepared },
  record: {
    prepared: (db, actor, { owner: applicationId, ...about }) =>
      record(db, actor, keyPrepared, { applicationId, ...about }),
    switched: (db, actor, { owner: applicationId, ...about }) =>
      record(db, actor, keySwitched, { applicationId, ...about }),
    discarded: (db, actor, { owner: applicationId, ...about }) =>
      record(db, actor, keyDiscarded, { applicationId, ...about }),
  },
});
