// Notices to the owner of a passkey.
import { z } from "zod";
import { Circumstances, notice } from "#features/notices/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { texts } from "./texts.ts";

const Named = Circumstances.extend({ name: z.string() });

const lookAtThem = {
  text: texts.notYou,
  button: texts.notYouButton,
  path: "/security/passkeys",
};

export const passkeyAddedMail = defineEmail(
  "passkeys.added",
  notice(
    Named,
    { subject: texts.addedSubject, text: (tenant, { name }) => texts.addedText(tenant, name) },
    lookAtThem,
  ),
);
export const passkeyRemovedMail = defineEmail(
  "passkeys.removed",
  notice(
    Named,
    { subject: texts.removedSubject, text: (tenant, { name }) => texts.removedText(tenant, name) },
    lookAtThem,
  ),
);
export const passkeyRenamedMail = defineEmail(
  "passkeys.renamed",
  notice(
    Named.extend({ from: z.string() }),
    {
      subject: texts.renamedSubject,
      text: (tenant, { name, from }) => texts.renamedText(tenant, from, name),
    },
    lookAtThem,
  ),
);
export const passkeyRevokedMail = defineEmail(
  "passkeys.revoked",
  notice(
    Named,
    { subject: texts.revokedSubject, text: (tenant, { name }) => texts.revokedText(tenant, name) },
    { ...lookAtThem, text: texts.revokedWayOut },
  ),
);
export const passkeySuspendedMail = defineEmail(
  "passkeys.suspended",
  notice(
    Named,
    {
      subject: texts.suspendedSubject,
      text: (tenant, { name }) => texts.suspendedText(tenant, name),
    },
    lookAtThem,
  ),
);
