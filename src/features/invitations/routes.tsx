// The address an invitation carries. GET looks, POST uses it up.
import { findLink, LinkParams, linkPath } from "#features/one-time-links/index.ts";
import { giveHandle, handleOf } from "#features/sign-in/index.ts";
import { type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { acceptInvitation } from "./actions.ts";
import { type InvitationLink, InvitationPage } from "./views.tsx";

const shared = {
  permit: "public",
  frame: "card",
  params: LinkParams,
  page: InvitationPage,
  status: ({ kind }: InvitationLink) => (kind === "dead" ? 410 : 200),
} as const;
const purpose = "invitation";

export const invitationRoutes = routes()
  .screen("get", "/verify-email/:linkId/:token", {
    ...shared,
    handle: async ({ tenant, params, now }): Promise<InvitationLink> => {
      const link = await tenant.read((db) => findLink(db, { ...params, purpose, now }));
      if (!link) return { kind: "dead" };
      const path = linkPath(purpose, { id: params.linkId, token: params.token });
      const { firstName, email, isVerified } = link;
      return { kind: "good", firstName, email, isVerified, path };
    },
  })
  .screen("post", "/verify-email/:linkId/:token", {
    ...shared,
    handle: async (visit): Promise<InvitationLink | Redirect> => {
      const { tenant, post, params, now, origin, cookies } = visit;
      const from = { origin, replaces: handleOf(visit) };
      const handle = await tenant.write((db) =>
        acceptInvitation(db, post, { ...params, purpose, now }, from),
      );
      if (handle === null) return { kind: "dead" };
      giveHandle(cookies, handle);
      return redirect("/sign-in/new-password");
    },
  });
