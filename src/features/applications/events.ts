import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { ApplicationId, GroupId, SamlKeyId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const about = { applicationId: ApplicationId, name: z.string() };

export const applicationRegistered = defineEvent("application.registered", {
  says: texts.eventRegistered,
  data: z.object({ ...about, entityId: z.string(), availableToAll: z.boolean() }),
});
export const applicationChanged = defineEvent("application.changed", {
  says: texts.eventChanged,
  data: z.object({
    ...about,
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  }),
});
export const applicationMetadataReplaced = defineEvent("application.metadata_replaced", {
  says: texts.eventMetadataReplaced,
  data: z.object({
    ...about,
    acsUrls: z.array(z.string()),
    sloUrls: z.array(z.string()),
    signingCertificates: z.number(),
  }),
});
/** By kind of fact: the name under which it was and is sent; null: not. */
export const applicationAttributesChanged = defineEvent("application.attributes_changed", {
  says: texts.eventAttributesChanged,
  data: z.object({
    ...about,
    changes: z.record(
      z.string(),
      z.object({ from: z.string().nullable(), to: z.string().nullable() }),
    ),
  }),
});
export const applicationEnabled = defineEvent("application.enabled", {
  says: texts.eventEnabled,
  data: z.object(about),
});
export const applicationDisabled = defineEvent("application.disabled", {
  says: texts.eventDisabled,
  data: z.object(about),
});
export const applicationDeleted = defineEvent("application.deleted", {
  says: texts.eventDeleted,
  data: z.object({ ...about, entityId: z.string().nullable() }),
});
const aboutKey = { ...about, keyId: SamlKeyId, fingerprint: z.string() };
export const keyPrepared = defineEvent("application.key_prepared", {
  says: texts.eventKeyPrepared,
  data: z.object({ ...aboutKey, expiresAt: z.iso.datetime() }),
});
export const keySwitched = defineEvent("application.key_switched", {
  says: texts.eventKeySwitched,
  data: z.object({ ...aboutKey, formerKeyId: SamlKeyId, formerFingerprint: z.string() }),
});
export const keyDiscarded = defineEvent("application.key_discarded", {
  says: texts.eventKeyDiscarded,
  data: z.object(aboutKey),
});
export const accessGranted = defineEvent("application.access_granted", {
  says: texts.eventGranted,
  data: z.object({ ...about, groupId: GroupId, groupName: z.string() }),
});
export const accessRevoked = defineEvent("application.access_revoked", {
  says: texts.eventRevoked,
  data: z.object({ ...about, groupId: GroupId, groupName: z.string() }),
});
