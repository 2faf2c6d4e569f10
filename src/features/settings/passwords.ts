// Passwords that are less than the settings ask for from now on.
import { flagWeakPasswords, spareGoodPasswords } from "#features/authenticators/index.ts";
import { asksMoreOfPasswords, type Policy } from "#features/policy/index.ts";
import type { Changing } from "./notify.ts";
import { tellWeak } from "./tell.ts";

/**
 * People whose passwords are less than is asked for from now on must choose another one, and are told; whose is enough again need not. Answers
 * how many must.
 */
export async function replacePasswords(
  { db, actor }: Changing,
  previous: Policy,
  policy: Policy,
): Promise<number> {
  if (asksMoreOfPasswords(policy, previous)) await spareGoodPasswords(db, policy);
  if (!asksMoreOfPasswords(previous, policy)) return 0;
  const flagged = await flagWeakPasswords(db, actor, policy);
  if (flagged > 0) await tellWeak.with({}).enqueue(db);
  return flagged;
}
