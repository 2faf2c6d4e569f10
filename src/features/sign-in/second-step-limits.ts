// How often somebody who knows the password may try a code of the second step, and that its owner is told when they use that up.
import { proofHits } from "#features/authenticators/index.ts";
import { notify } from "#features/notices/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { clearAll, defineLimit, hit } from "#platform/limits.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { UserId } from "#src/ids.ts";
import { codesGuessedMail } from "./emails.tsx";
import {
  type Attempt,
  type Counter,
  countTelling,
  forgivePasswords,
  ofDevice,
  type ProvenTrier,
  toHit,
  type Trier,
  type Wait,
} from "./limits.ts";

const minutes = 60;
const days = 24 * 60 * minutes;

// Six digits are a small space: at this rate a right guess takes decades.
const byAccount = defineLimit("sign_in.second_step_account", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const byAccountAndDay = defineLimit("sign_in.second_step_account_day", {
  most: 30,
  windowSeconds: 1 * days,
});
// At most a hundred wrong ones in a row (NIST SP 800-63B-4 §3.2.2): a sign-in or an administrator begins a new row. Another password does
// not: whoever reads the mail chooses one, and would guess on.
const byAccountAndMonth = defineLimit("sign_in.second_step_account_month", {
  most: 100,
  windowSeconds: 30 * days,
});
const byDevice = defineLimit("sign_in.second_step_device", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const byDeviceAndDay = defineLimit("sign_in.second_step_device_day", {
  most: 30,
  windowSeconds: 1 * days,
});
const byDeviceAndMonth = defineLimit("sign_in.second_step_device_month", {
  most: 100,
  windowSeconds: 30 * days,
});
// Whoever guesses for weeks must not fill the mailbox, too.
const notices = defineLimit("sign_in.second_step_notices", { most: 1, windowSeconds: 1 * days });

function secondStepHits({ userId, email, deviceId }: ProvenTrier): readonly Counter[] {
  if (deviceId !== null) {
    return [byDevice, byDeviceAndDay, byDeviceAndMonth].map((limit) =>
      ofDevice(limit, { email, deviceId }),
    );
  }
  return [byAccount, byAccountAndDay, byAccountAndMonth].map((limit) => ({
    limit,
    key: userId,
    about: email,
  }));
}

/** Counts one try. `isReached`: no more are judged after this one, for a while. */
export const countSecondStep = (
  attempt: Attempt,
  trier: ProvenTrier,
): Promise<{ wait: Wait; isReached: boolean }> => countTelling(attempt, secondStepHits(trier));

/** The person is in: neither passwords nor codes tried before count any more. */
export async function forgiveAccount(db: TenantDb, trier: Trier & ProvenTrier): Promise<void> {
  await forgivePasswords(db, trier);
  const asStranger = secondStepHits({ ...trier, deviceId: null });
  const asKnown = trier.deviceId === null ? [] : secondStepHits(trier);
  await clearAll(db, [...[...asStranger, ...asKnown].map(toHit), ...proofHits(trier.userId)]);
}

interface Guessed {
  readonly userId: UserId;
  /** The identity provider that they came in by, in the place of a password; null: they knew the password. */
  readonly provider: string | null;
}

/** Tells a person, at most once a day, that somebody who has got past their password types wrong codes: it is known to somebody else. */
export async function tellGuessed(
  { db, actor, now }: Attempt,
  post: Post,
  { userId, provider }: Guessed,
): Promise<void> {
  const { allowed } = await hit(db, notices, userId, now);
  if (!allowed) return;
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: codesGuessedMail, more: { provider } });
}
