// To a provider, whatever the address: the choice among those that everybody is offered, and the link from a mail.
import { findEnabled, listOffered, providerNotFound } from "#features/identity-providers/index.ts";
import { redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { goWith } from "../actions/with-provider.ts";
import { findSignIn } from "../queries.ts";
import { WithParams, WithQuery } from "../schema.ts";
import { pageOf } from "../step.ts";
import { ChoosePage, GoPage } from "../views/with-provider.tsx";
import { giveHandle, handleOf } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;

export const withProviderRoutes = routes()
  .screen("get", "/sign-in/with", {
    ...card,
    handle: (visit) =>
      visit.tenant.read(async (db) => ({
        offered: await listOffered(db),
        isUnderWay: (await findSignIn(db, handleOf(visit)))?.state === "password",
      })),
    page: ChoosePage,
  })
  .screen("get", "/sign-in/with/:providerId", {
    ...card,
    params: WithParams,
    input: WithQuery,
    // The round trip begins by a form: a mail scanner that follows the link begins none, and app.js sends it for a person.
    handle: async ({ tenant, params: { providerId }, input }) => {
      const provider = await tenant.read((db) => findEnabled(db, providerId));
      if (provider === null) throw providerNotFound({ providerId });
      return { provider, returnTo: input.return_to };
    },
    page: GoPage,
  })
  .screen("post", "/sign-in/with/:providerId", {
    ...card,
    params: WithParams,
    input: WithQuery,
    handle: async (visit) => {
      const { params, input } = visit;
      const outcome = await goWith(visit, { ...params, returnTo: input.return_to });
      if (outcome.kind === "no_provider") throw providerNotFound(params);
      if (outcome.kind === "limited") throw waitFor(outcome.wait);
      if (outcome.handle !== null) giveHandle(visit.cookies, outcome.handle);
      return redirect(pageOf("provider"));
    },
  });
