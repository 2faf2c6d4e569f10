import { z } from "zod";
import { AttributeKey } from "#features/attributes/index.ts";
import { defineEvent } from "#platform/audit/define.ts";
import { GroupId, IdentityProviderId, IdentityProviderKeyId, UserId } from "#src/ids.ts";
import { attributeTexts } from "./attribute-texts.ts";
import { texts as groupTexts } from "./group-texts.ts";
import { presetNames } from "./presets.ts";
import { texts } from "./texts.ts";

const about = { identityProviderId: IdentityProviderId, name: z.string() };

export const providerCreated = defineEvent("identity_provider.created", {
  says: texts.eventCreated,
  data: z.object({ ...about, preset: z.enum(presetNames) }),
});
export const providerChanged = defineEvent("identity_provider.changed", {
  says: texts.eventChanged,
  data: z.object({
    ...about,
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  }),
});
/** Whom we trust, before and after: certificates by their SHA-256. */
const Trusted = z.object({
  entityId: z.string().nullable(),
  ssoUrls: z.array(z.string()),
  sloUrls: z.array(z.string()),
  fingerprints: z.array(z.string()),
});
export const providerDescribed = defineEvent("identity_provider.described", {
  says: texts.eventDescribed,
  data: z.object({ ...about, from: Trusted, to: Trusted }),
});
export const providerEnabled = defineEvent("identity_provider.enabled", {
  says: texts.eventEnabled,
  data: z.object(about),
});
const Left = { ...about, leftOutCount: z.number().int() };
export const providerDisabled = defineEvent("identity_provider.disabled", {
  says: texts.eventDisabled,
  data: z.object(Left),
});
export const providerDeleted = defineEvent("identity_provider.deleted", {
  says: texts.eventDeleted,
  data: z.object({ ...Left, entityId: z.string().nullable(), linkedCount: z.number().int() }),
});
const aboutDomain = { ...about, domain: z.string() };
export const domainBound = defineEvent("identity_provider.domain_bound", {
  says: texts.eventDomainBound,
  data: z.object(aboutDomain),
});
export const domainReleased = defineEvent("identity_provider.domain_released", {
  says: texts.eventDomainReleased,
  data: z.object(aboutDomain),
});
const aboutPerson = { ...about, userId: UserId, subject: z.string() };
export const personLinked = defineEvent("identity_provider.person_linked", {
  says: texts.eventLinked,
  data: z.object({ ...aboutPerson, email: z.string() }),
  personal: ["subject", "email"],
});
export const personUnlinked = defineEvent("identity_provider.person_unlinked", {
  says: texts.eventUnlinked,
  data: z.object(aboutPerson),
  personal: ["subject"],
});
/** What an administrator said of how a person comes in counts no more, whatever took it back. */
export const wordWithdrawn = defineEvent("provider_people.withdrawn", {
  says: texts.eventWithdrawn,
  data: z.object({ userId: UserId }),
});
const Names = z.object({ firstName: z.string(), lastName: z.string() });
const ofPerson = { identityProviderId: IdentityProviderId, userId: UserId };
/** A member, whom the provider named before anybody had added them. */
export const personCreated = defineEvent("identity_provider.person_created", {
  says: texts.eventPersonCreated,
  data: Names.extend({ ...ofPerson, email: z.string() }),
  personal: ["firstName", "lastName", "email"],
});
export const namesTaken = defineEvent("identity_provider.names_taken", {
  says: texts.eventNamesTaken,
  data: z.object({ ...ofPerson, from: Names, to: Names }),
  personal: ["from", "to"],
});
const NamedGroup = z.object({ groupId: GroupId, name: z.string() });
/**
 * What a provider's word changed at a sign-in. `ignoredCount`: names that stand for no group of ours. `unusableCount`: so many names came
 * that none were taken, and nothing was taken away because of it.
 */
export const groupsTaken = defineEvent("identity_provider.groups_taken", {
  says: groupTexts.eventTaken,
  data: z.object({
    ...about,
    userId: UserId,
    added: z.array(NamedGroup),
    removed: z.array(NamedGroup),
    addedCount: z.number().int(),
    removedCount: z.number().int(),
    ignoredCount: z.number().int(),
    unusableCount: z.number().int(),
  }),
});
/** Of everybody, when the provider or what stood for the group went. `groupId` null: of all groups. */
export const groupsTakenBack = defineEvent("identity_provider.groups_taken_back", {
  says: groupTexts.eventTakenBack,
  data: z.object({ ...about, groupId: GroupId.nullable(), count: z.number().int() }),
});
/** For a value of the claim that stood for none. */
export const groupMade = defineEvent("identity_provider.group_created", {
  says: groupTexts.eventMade,
  data: NamedGroup.extend({ identityProviderId: IdentityProviderId, value: z.string() }),
});
/** Which attributes it were, never what was said. Once, and again when it is others. */
export const attributesSkipped = defineEvent("identity_provider.attributes_skipped", {
  says: attributeTexts.eventSkipped,
  data: z.object({ ...about, userId: UserId, keys: z.array(AttributeKey) }),
});
/** Of everybody, when the provider went. */
export const attributesTakenBack = defineEvent("identity_provider.attributes_taken_back", {
  says: attributeTexts.eventTakenBack,
  data: z.object({ ...about, count: z.number().int(), peopleCount: z.number().int() }),
});
const aboutKey = { ...about, keyId: IdentityProviderKeyId, fingerprint: z.string() };
export const keyPrepared = defineEvent("identity_provider.key_prepared", {
  says: texts.eventKeyPrepared,
  data: z.object({ ...aboutKey, expiresAt: z.iso.datetime() }),
});
export const keySwitched = defineEvent("identity_provider.key_switched", {
  says: texts.eventKeySwitched,
  data: z.object({
    ...aboutKey,
    formerKeyId: IdentityProviderKeyId,
    formerFingerprint: z.string(),
  }),
});
export const keyDiscarded = defineEvent("identity_provider.key_discarded", {
  says: texts.eventKeyDiscarded,
  data: z.object(aboutKey),
});
export const testStarted = defineEvent("identity_provider.test_started", {
  says: texts.eventTested,
  data: z.object(about),
});
/** The person reads one text for every cause; the code is here. */
export const responseRefused = defineEvent("identity_provider.response_refused", {
  says: texts.eventResponseRefused,
  data: z.object({ ...about, code: z.string() }),
});
