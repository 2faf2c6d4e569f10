// One's own account: the profile page, and `me` for scripts.
import { routes } from "#platform/http/route.ts";
import type { TenantScope } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { changeProfile } from "./actions.ts";
import { peopleOnly } from "./errors.ts";
import { getMe, getProfile } from "./queries.ts";
import { Me, type Profile, ProfileChanges } from "./schema.ts";
import { texts } from "./texts.ts";
import { ProfileForm } from "./views.tsx";

async function ownProfile(tenant: TenantScope, actor: Actor): Promise<Profile> {
  if (actor.kind !== "user") throw peopleOnly();
  return tenant.read((db) => getProfile(db, actor.userId));
}

export const accountRoutes = routes()
  .on("get", "/me", {
    permit: "account.manage",
    summary: "Who is calling: a person or an API client",
    reply: Me,
    handle: ({ tenant, actor }) => tenant.read((db) => getMe(db, actor)),
  })
  .screen("get", "/profile", {
    permit: "account.manage",
    title: texts.title,
    handle: async ({ tenant, actor }) => {
      const profile = await ownProfile(tenant, actor);
      return { profile, values: profile };
    },
    form: ProfileForm,
  })
  .on("patch", "/me", {
    permit: "account.manage",
    summary: "Change one's own names, time zone and theme",
    title: texts.title,
    input: ProfileChanges,
    reply: Me,
    handle: ({ tenant, actor, input }) => tenant.write((db) => changeProfile(db, actor, input)),
    form: ProfileForm,
    load: async ({ tenant, actor }) => ({ profile: await ownProfile(tenant, actor) }),
    next: () => "/profile",
    notice: () => texts.savedNotice,
  });
