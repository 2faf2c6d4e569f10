// Reached limits for administrators: seeing them, releasing them.
import { z } from "zod";
import { routes } from "#platform/http/route.ts";
import { releaseLimit, releaseLimitsOf } from "./actions.ts";
import { getPerson, getReached, listReached } from "./queries.ts";
import {
  LimitFilter,
  LimitParams,
  type Person,
  PersonParams,
  type ReachedLimit,
  ReachedLimitList,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { LimitRegion, LimitsPage, ReleasePage, ReleasePersonPage } from "./views.tsx";

export const limitRoutes = routes()
  .on("get", "/limits", {
    permit: "limits.manage",
    summary: "Limits that are reached now: whom they stop, since when, until when",
    title: texts.title,
    input: LimitFilter,
    reply: ReachedLimitList,
    handle: ({ tenant, input, now }) => tenant.read((db) => listReached(db, input, now)),
    page: LimitsPage,
    fragments: { "limit-list": LimitRegion },
  })
  .screen("get", "/limits/:limitId/release", {
    fresh: true,
    permit: "limits.manage",
    title: ({ about }: ReachedLimit) => texts.releaseQuestion(about),
    params: LimitParams,
    handle: ({ tenant, params, now }) => tenant.read((db) => getReached(db, params, now)),
    page: ReleasePage,
  })
  .on("delete", "/limits/:limitId", {
    fresh: true,
    permit: "limits.manage",
    summary: "Release a limit: tries are counted anew",
    params: LimitParams,
    reply: z.undefined(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => releaseLimit(db, actor, params));
      return undefined;
    },
    next: () => "/limits",
    notice: () => texts.releasedNotice,
  })
  .screen("get", "/users/:userId/limits/release", {
    fresh: true,
    permit: "limits.manage",
    title: ({ name }: Person) => texts.releaseQuestion(name),
    params: PersonParams,
    handle: ({ tenant, params }) => tenant.read((db) => getPerson(db, params.userId)),
    page: ReleasePersonPage,
  })
  .on("delete", "/users/:userId/limits", {
    fresh: true,
    permit: "limits.manage",
    summary: "Release every limit that slows one person’s sign-in down",
    params: PersonParams,
    reply: z.undefined(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => releaseLimitsOf(db, actor, params.userId));
      return undefined;
    },
    next: (_, { userId }) => `/users/${userId}`,
    notice: () => texts.releasedAllNotice,
  });
