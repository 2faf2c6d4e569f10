// What happens to passkeys (NIST SP 800-63B-4 §4: keep a record of every binding and its end).
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { PasskeyId, UserId } from "#src/ids.ts";
import { Ceremony, RefusalCause } from "./schema.ts";
import { texts } from "./texts.ts";

const One = z.object({ userId: UserId, passkeyId: PasskeyId, name: z.string() });
/** People name their passkeys as they like: "Ada's phone". */
const personal = ["name"] as const;

export const passkeyRegistered = defineEvent("passkey.registered", {
  says: texts.registeredEvent,
  data: One.extend({ aaguid: z.string(), isSyncable: z.boolean() }),
  personal,
});
export const passkeyRenamed = defineEvent("passkey.renamed", {
  says: texts.renamedEvent,
  data: One.extend({ from: z.string() }),
  personal: ["name", "from"],
});
export const passkeyRemoved = defineEvent("passkey.removed", {
  says: texts.removedEvent,
  data: One,
  personal,
});
export const passkeyRevoked = defineEvent("passkey.revoked", {
  says: texts.revokedEvent,
  data: One,
  personal,
});
export const passkeySuspended = defineEvent("passkey.suspended", {
  says: texts.suspendedEvent,
  data: One.extend({ counter: z.number().int(), counterBefore: z.number().int() }),
  personal,
});
/** An answer to a ceremony that was not accepted; whose, as far as is known. */
export const passkeyRefused = defineEvent("passkey.refused", {
  says: texts.refusedEvent,
  data: z.object({
    userId: UserId.nullable(),
    passkeyId: PasskeyId.nullable(),
    ceremony: Ceremony,
    cause: RefusalCause,
  }),
});
