// What every change of an authenticator leaves behind: an event in the audit trail, and a notice in the person's mailbox.
import { type Happening, notify } from "#features/notices/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import {
  backupCodeMail,
  backupCodesMail,
  passwordChangedMail,
  totpConfirmedMail,
  totpRemovedMail,
} from "../emails.tsx";
import {
  backupCodesIssued,
  backupCodeWasUsed,
  firstPasswordChosen,
  passwordWasChanged,
  passwordWasReset,
  totpConfirmed,
  totpRemoved,
} from "../events.ts";

/** The first password: no notice, the person has the invitation open. */
export const passwordChosen = (db: TenantDb, actor: Actor, { userId }: { userId: UserId }) =>
  record(db, actor, firstPasswordChosen, { userId });

export async function passwordChanged(
  db: TenantDb,
  post: Post,
  actor: Actor,
  happening: Happening,
) {
  await record(db, actor, passwordWasChanged, { userId: happening.userId });
  await notify(db, post, actor, { happening, template: passwordChangedMail, more: {} });
}

export async function passwordReset(db: TenantDb, post: Post, actor: Actor, happening: Happening) {
  await record(db, actor, passwordWasReset, { userId: happening.userId });
  await notify(db, post, actor, { happening, template: passwordChangedMail, more: {} });
}

export async function totpTaken(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { replaced, ...happening }: Happening & { replaced: boolean },
) {
  await record(db, actor, totpConfirmed, { userId: happening.userId, replaced });
  await notify(db, post, actor, { happening, template: totpConfirmedMail, more: {} });
}

export async function totpGone(db: TenantDb, post: Post, actor: Actor, happening: Happening) {
  await record(db, actor, totpRemoved, { userId: happening.userId });
  await notify(db, post, actor, { happening, template: totpRemovedMail, more: {} });
}

/** `quietly`: as a part of setting up the authenticator app, which has a notice of its own. */
export async function backupCodesMade(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { quietly, ...happening }: Happening & { quietly: boolean },
) {
  await record(db, actor, backupCodesIssued, { userId: happening.userId });
  if (!quietly) await notify(db, post, actor, { happening, template: backupCodesMail, more: {} });
}

export async function backupCodeUsed(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { left, ...happening }: Happening & { left: number },
) {
  await record(db, actor, backupCodeWasUsed, { userId: happening.userId, left });
  await notify(db, post, actor, { happening, template: backupCodeMail, more: { left } });
}
