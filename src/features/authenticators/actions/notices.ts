// What every change of an authenticator leaves behind: an event in the audit trail, and a notice in the person's mailbox.
import type { z } from "zod";
import { deviceName } from "#features/sessions/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { EmailDefinition } from "#platform/mail/define.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import { formatTime } from "#platform/ui/index.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import {
  backupCodeMail,
  backupCodesMail,
  type Circumstances,
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
import { texts } from "../texts.ts";

interface Happening {
  readonly userId: UserId;
  readonly now: Date;
}

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

type Said = z.infer<typeof Circumstances>;

async function notify<M extends object>(
  db: TenantDb,
  post: Post,
  actor: Actor,
  {
    happening: { userId, now },
    template,
    more,
  }: { happening: Happening; template: EmailDefinition<z.ZodType<Said & M>>; more: M },
): Promise<void> {
  const person = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.time_zone as zone", "e.email"])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow();
  const origin = "origin" in actor ? actor.origin : null;
  const circumstances = texts.noticeFrom(
    `${formatTime(now, person.zone, "datetime")} (${person.zone})`,
    deviceName(origin?.userAgent ?? ""),
    origin?.ip ?? texts.unknownPlace,
  );
  const data = { firstName: person.firstName, circumstances, ...more };
  await queueMail(db, post, template, { email: person.email, userId }, data);
}
