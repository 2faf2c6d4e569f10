// Resets of second steps: the page that asks, the request, and what another administrator makes of it.
import { type Handling, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { FactorResetId } from "#src/ids.ts";
import type { Acting } from "../actions/acting.ts";
import { approveReset, type Decided, denyReset, requestReset } from "../actions/factor-resets.ts";
import { requestOver } from "../errors.ts";
import { previewReset } from "../preview.ts";
import { getReset, listResets } from "../queries.ts";
import {
  FactorReset,
  FactorResetList,
  PersonParams,
  RequestFilter,
  type ResetPreview,
  ResetOutcome,
  ResetParams,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { ResetForm, ResetPage, ResetRegion, ResetsPage } from "../views/factor-resets.tsx";
import { PreviewForm } from "../views/preview.tsx";

type OfPerson = Pick<Handling<PersonParams>, "tenant" | "actor" | "now" | "params">;
type OfReset = Pick<
  Handling<{ factorResetId: FactorResetId }>,
  "tenant" | "actor" | "now" | "params"
>;
type PersonParams = { userId: ResetPreview["user"]["id"] };

const preview = ({ tenant, actor, now, params }: OfPerson): Promise<ResetPreview> =>
  tenant.read((db) => previewReset({ db, actor, now }, params.userId));
const one = ({ tenant, actor, now, params }: OfReset): Promise<FactorReset> =>
  tenant.read((db) => getReset({ db, actor, now }, params.factorResetId));

/** Decides in one transaction. What it wrote down about a request that is over stays written. @throws {requestOver} */
async function decide(
  handling: Handling<{ factorResetId: FactorResetId }>,
  body: (by: Acting, id: FactorResetId) => Promise<Decided>,
): Promise<FactorReset> {
  const { tenant, actor, post, now, params } = handling;
  const decided = await tenant.write((db) => body({ db, actor, post, now }, params.factorResetId));
  if (decided === "over") throw requestOver();
  return one(handling);
}

const title = ({ user }: { user: { name: string } }) => texts.resetTitle(user.name);

export const factorResetRoutes = routes()
  .screen("get", "/users/:userId/second-step-reset", {
    fresh: true,
    permit: "users.manage",
    title: ({ user }: ResetPreview) => texts.previewTitle(user.name),
    params: PersonParams,
    handle: preview,
    form: PreviewForm,
  })
  .on("post", "/users/:userId/factor-resets", {
    fresh: true,
    permit: "users.manage",
    summary:
      "Reset a person’s second steps: app, backup codes, passkeys, sessions and known browsers go. Refused for clients where the settings ask for two administrators: those are people",
    title: ({ user }: ResetPreview) => texts.previewTitle(user.name),
    params: PersonParams,
    reply: ResetOutcome,
    creates: true,
    handle: ({ tenant, actor, post, now, params }) =>
      tenant.write((db) => requestReset({ db, actor, post, now }, params.userId)),
    form: PreviewForm,
    load: preview,
    next: ({ request, userId }) =>
      request === null ? `/users/${userId}` : `/recovery/factor-resets/${request.id}`,
    notice: ({ outcome }) =>
      outcome === "reset" ? texts.resetDoneNotice : texts.resetRequestedNotice,
  })
  .on("get", "/recovery/factor-resets", {
    permit: "users.manage",
    summary:
      "Resets that need a second administrator: waiting ones the oldest first, or decided ones the newest first",
    title: texts.resetsTab,
    input: RequestFilter,
    reply: FactorResetList,
    handle: ({ tenant, actor, now, input }) =>
      tenant.read((db) => listResets({ db, actor, now }, input)),
    page: ResetsPage,
    fragments: { "reset-list": ResetRegion },
  })
  .on("get", "/recovery/factor-resets/:factorResetId", {
    permit: "users.manage",
    summary: "One reset that needs a second administrator, and what the caller may do about it",
    title,
    params: ResetParams,
    reply: FactorReset,
    handle: one,
    page: ResetPage,
  })
  // Not for scripts: two administrators are two people.
  .screen("put", "/recovery/factor-resets/:factorResetId/approval", {
    fresh: true,
    permit: "users.manage",
    title,
    params: ResetParams,
    handle: async (handling) => {
      await decide(handling, approveReset);
      return redirect("/recovery", texts.resetDoneNotice);
    },
    form: ResetForm,
    load: one,
  })
  .on("put", "/recovery/factor-resets/:factorResetId/denial", {
    permit: "users.manage",
    summary: "Deny a reset, or take one’s own request back: nothing changes for the person",
    title,
    params: ResetParams,
    reply: FactorReset,
    handle: (handling) => decide(handling, denyReset),
    form: ResetForm,
    load: one,
    next: () => "/recovery",
    notice: () => texts.resetDeniedNotice,
  });
