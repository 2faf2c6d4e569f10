// One's own account: the profile page, and `me` for scripts.
import { type Redirect, redirect } from "#platform/http/context.ts";
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
  // A person's alone, and so no part of the API: its callers are clients, who have neither names nor a theme.
  .screen("patch", "/profile", {
    permit: "account.manage",
    title: texts.title,
    input: ProfileChanges,
    handle: async ({ tenant, actor, input }): Promise<Redirect> => {
      await tenant.write((db) => changeProfile(db, actor, input));
      return redirect("/profile", texts.savedNotice);
    },
    form: ProfileForm,
    load: async ({ tenant, actor }) => ({ profile: await ownProfile(tenant, actor) }),
  });
