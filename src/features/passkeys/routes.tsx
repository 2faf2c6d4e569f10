// Other people's passkeys, for administrators and scripts. One's own are at /security/passkeys.
import { z } from "zod";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { readPasskeys, revokeForOwner } from "./actions/admin.ts";
import { passkeyNotFound } from "./errors.ts";
import { OwnerParams, PasskeyList, PasskeyParams } from "./schema.ts";
import { texts } from "./texts.ts";
import { type Revocation, RevocationPage, UserPasskeysPage } from "./views.tsx";

const path = "/users/:userId/passkeys";

export const passkeyRoutes = routes()
  .on("get", path, {
    summary: "A person's passkeys with what is known of each; the oldest first, at most 20",
    permit: "users.read",
    title: ({ user }: PasskeyList) => texts.titleOf(user.name),
    params: OwnerParams,
    reply: PasskeyList,
    handle: ({ tenant, actor, params }) =>
      tenant.read((db) => readPasskeys(db, actor, params.userId)),
    page: UserPasskeysPage,
  })
  .on("delete", `${path}/:passkeyId`, {
    fresh: true,
    summary: "Revoke a passkey; its owner's sessions end and they are told by mail",
    permit: "users.manage",
    params: PasskeyParams,
    reply: z.undefined(),
    handle: async (handling) => {
      await handling.tenant.write((db) => revokeForOwner(db, handling, handling.params));
      return undefined;
    },
    next: (_, { userId }) => `/users/${userId}/passkeys`,
    notice: () => texts.revokedNotice,
  })
  .screen("get", `${path}/:passkeyId/revocation`, {
    fresh: true,
    permit: "users.manage",
    title: ({ passkey }: Revocation) => texts.revokeQuestion(passkey.name),
    params: PasskeyParams,
    page: RevocationPage,
    handle: revocation,
  });

async function revocation({
  tenant,
  actor,
  params: { userId, passkeyId },
}: Handling<PasskeyParams, unknown>): Promise<Revocation> {
  const { user, passkeys } = await tenant.read((db) => readPasskeys(db, actor, userId));
  const passkey = passkeys.find(({ id }) => id === passkeyId);
  if (!passkey) throw passkeyNotFound({ passkeyId });
  return { user, passkey };
}
