// The address in the message to a new address. GET looks, POST confirms.
import { LinkParams } from "#features/one-time-links/index.ts";
import { type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { confirmationPath } from "../actions/ask.ts";
import { confirmAddress } from "../actions/confirm.ts";
import { findPending } from "../queries.ts";
import { texts } from "../texts.ts";
import { ConfirmationPage, type ConfirmationStep } from "../views/confirmation.tsx";
import { ownPath } from "../views/list.tsx";

const path = "/address-confirmation/:linkId/:token";
const statuses = { good: 200, confirmed: 200, taken: 409, dead: 410 } as const;
const shared = {
  permit: "public",
  frame: "card",
  params: LinkParams,
  page: ConfirmationPage,
  status: ({ kind }: ConfirmationStep) => statuses[kind],
} as const;

export const addressConfirmationRoutes = routes()
  .screen("get", path, {
    ...shared,
    handle: async ({ tenant, params, now }): Promise<ConfirmationStep> => {
      const found = await tenant.read((db) => findPending(db, params, now));
      if (!found) return { kind: "dead" };
      const { email, name, primary } = found;
      return { kind: "good", email, owner: { name, primary }, path: confirmationPath(params) };
    },
  })
  .screen("post", path, {
    ...shared,
    handle: async (handling): Promise<ConfirmationStep | Redirect> => {
      const { tenant, params, actor, post, now, origin, session } = handling;
      const confirmed = await tenant.write((db) =>
        confirmAddress({ db, actor, post, now, origin }, params),
      );
      if (confirmed.kind !== "confirmed" || confirmed.userId !== session?.userId) return confirmed;
      return redirect(ownPath, texts.confirmedNotice(confirmed.email));
    },
  });
