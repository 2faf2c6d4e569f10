// What the pages need before they ask: the same for one's own addresses and for somebody else's.
import type { Handling } from "#platform/http/context.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { provedDomains } from "#features/domains/index.ts";
import { assertMayManage, fullName, getUser } from "#features/users/index.ts";
import type { Acting } from "../actions/acting.ts";
import { addressNotVerified, cannotDeletePrimary } from "../errors.ts";
import { impactOf, leavesProvider } from "../impact.ts";
import { addressesOf, addressIn } from "../queries.ts";
import { assertMayGiveAddress, mayGiveAtOnce, mayLeaveProvider } from "../rules.ts";
import type { AddStep, PromotionStep, RemovalStep, Whose } from "../views/forms.tsx";

type Asked = Pick<Handling<unknown, unknown>, "tenant" | "actor" | "now">;
interface Which {
  readonly userId: UserId;
  /** On the person's own pages. */
  readonly isOwn: boolean;
}
type WhichAddress = Which & { readonly addressId: string };

export const acting = (
  db: TenantDb,
  { actor, post, now }: Pick<Handling<unknown, unknown>, "actor" | "post" | "now">,
): Acting => ({ db, actor, post, now });

/** @throws {userNotFound} @throws {aboveRole} */
async function whose(db: TenantDb, { actor }: Asked, { userId, isOwn }: Which): Promise<Whose> {
  const user = await getUser(db, userId);
  assertMayManage(actor, user);
  return { user: { id: userId, name: fullName(user) }, isOwn };
}

/** Of whom the caller may give an address. @throws {userNotFound} @throws {aboveRole} @throws {roleNotHigher} */
async function giving(db: TenantDb, { actor }: Asked, { userId, isOwn }: Which): Promise<Whose> {
  const user = await getUser(db, userId);
  assertMayGiveAddress(actor, user);
  return { user: { id: userId, name: fullName(user) }, isOwn };
}

/** With the domains at which the caller's word is enough. */
export const addStep = (asked: Asked, which: Which): Promise<AddStep> =>
  asked.tenant.read(async (db) => ({
    ...(await giving(db, asked, which)),
    domains: mayGiveAtOnce(asked.actor, which.userId) ? await provedDomains(db) : [],
  }));

/** @throws {userNotFound} @throws {aboveRole} @throws {roleNotHigher} @throws {addressNotFound} @throws {addressNotVerified} */
export const promotionStep = (asked: Asked, which: WhichAddress): Promise<PromotionStep> =>
  asked.tenant.read(async (db) => {
    const { userId, addressId } = which;
    const about = await giving(db, asked, which);
    const addresses = await addressesOf(db, userId);
    const address = addressIn(addresses, addressId);
    if (address.verifiedAt === null) throw addressNotVerified({ addressId });
    const from = addresses.find(({ isPrimary }) => isPrimary)?.email ?? "";
    const change = { userId, from, to: address.email };
    return {
      ...about,
      address,
      from,
      impact: await impactOf(db, change, asked.now),
      isBound:
        !mayLeaveProvider(asked.actor, { id: userId }) &&
        (await leavesProvider(db, change, asked.now)),
    };
  });

/** @throws {userNotFound} @throws {aboveRole} @throws {addressNotFound} @throws {cannotDeletePrimary} */
export const removalStep = (asked: Asked, which: WhichAddress): Promise<RemovalStep> =>
  asked.tenant.read(async (db) => {
    const about = await whose(db, asked, which);
    const { userId, addressId } = which;
    const address = addressIn(await addressesOf(db, userId), addressId);
    if (address.isPrimary) throw cannotDeletePrimary({ addressId });
    return { ...about, address };
  });
