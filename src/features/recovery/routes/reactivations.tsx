// Being let in again: what somebody deactivated is shown, and what administrators make of their request.
import { LinkParams } from "#features/one-time-links/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { ReactivationRequestId } from "#src/ids.ts";
import type { Acting } from "../actions/acting.ts";
import {
  approveReactivation,
  askAgain,
  denyReactivation,
  showAsk,
} from "../actions/reactivation.ts";
import { getReactivation, listReactivations, readToDo } from "../queries.ts";
import {
  AskInput,
  type AskStep,
  ReactivationList,
  ReactivationParams,
  ReactivationRequest,
  RequestFilter,
  ToDo,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { AskForm } from "../views/ask.tsx";
import {
  ReactivationForm,
  ReactivationPage,
  ReactivationRegion,
  ReactivationsPage,
} from "../views/reactivations.tsx";
import { ToDoPage } from "../views/to-do.tsx";

type Params = { reactivationRequestId: ReactivationRequestId };
const one = ({
  tenant,
  actor,
  now,
  params,
}: Pick<Handling<Params>, "tenant" | "actor" | "now" | "params">): Promise<ReactivationRequest> =>
  tenant.read((db) => getReactivation({ db, actor, now }, params.reactivationRequestId));

async function decide(
  handling: Handling<Params>,
  body: (by: Acting, id: ReactivationRequestId) => Promise<void>,
): Promise<ReactivationRequest> {
  const { tenant, actor, post, now, params } = handling;
  await tenant.write((db) => body({ db, actor, post, now }, params.reactivationRequestId));
  return one(handling);
}

const title = ({ user }: { user: { name: string } }) => texts.reactivationTitle(user.name);
const card = { permit: "public", frame: "card" } as const;
const statusOf = ({ kind }: AskStep) => (kind === "dead" ? 410 : 200);

export const reactivationRoutes = routes()
  .on("get", "/recovery", {
    permit: "users.manage",
    summary:
      "What waits for an administrator’s decision, the oldest first, at most 50 of each kind",
    title: texts.title,
    reply: ToDo,
    handle: ({ tenant, actor, now }) => tenant.read((db) => readToDo({ db, actor, now })),
    page: ToDoPage,
  })
  .on("get", "/recovery/reactivation-requests", {
    permit: "users.manage",
    summary:
      "Requests to be let in again: waiting ones the oldest first, or decided ones the newest first",
    title: texts.reactivationsTab,
    input: RequestFilter,
    reply: ReactivationList,
    handle: ({ tenant, actor, now, input }) =>
      tenant.read((db) => listReactivations({ db, actor, now }, input)),
    page: ReactivationsPage,
    fragments: { "reactivation-list": ReactivationRegion },
  })
  .on("get", "/recovery/reactivation-requests/:reactivationRequestId", {
    permit: "users.manage",
    summary: "One request to be let in again, and whether the caller may decide it",
    title,
    params: ReactivationParams,
    reply: ReactivationRequest,
    handle: one,
    page: ReactivationPage,
  })
  .on("put", "/recovery/reactivation-requests/:reactivationRequestId/approval", {
    fresh: true,
    permit: "users.manage",
    summary: "Let the person in again",
    title,
    params: ReactivationParams,
    reply: ReactivationRequest,
    handle: (handling) => decide(handling, approveReactivation),
    form: ReactivationForm,
    load: one,
    next: () => "/recovery",
    notice: () => texts.reactivatedNotice,
  })
  .on("put", "/recovery/reactivation-requests/:reactivationRequestId/denial", {
    permit: "users.manage",
    summary: "Deny the request; the person is told, and may ask again after 30 days",
    title,
    params: ReactivationParams,
    reply: ReactivationRequest,
    handle: (handling) => decide(handling, denyReactivation),
    form: ReactivationForm,
    load: one,
    next: () => "/recovery",
    notice: () => texts.reactivationDeniedNotice,
  })
  .screen("get", "/reactivation/:linkId/:token", {
    ...card,
    params: LinkParams,
    form: AskForm,
    status: statusOf,
    handle: ({ tenant, params, now }) => tenant.read((db) => showAsk(db, { ...params, now })),
  })
  .screen("post", "/reactivation/:linkId/:token", {
    ...card,
    params: LinkParams,
    input: AskInput,
    form: AskForm,
    load: ({ tenant, params, now }) => tenant.read((db) => showAsk(db, { ...params, now })),
    status: statusOf,
    handle: ({ tenant, params, input, origin, now }) =>
      tenant.write((db) => askAgain(db, { origin }, { ...params, now }, input)),
  });
