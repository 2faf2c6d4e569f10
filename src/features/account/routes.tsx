// One's own account: the profile page, and `me` for scripts.
import { attributeValues, listAttributes } from "#features/attributes/index.ts";
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { changeProfile, mayEditProfile, takeBrowserZone } from "./actions.ts";
import { peopleOnly } from "./errors.ts";
import { getMe, getProfile } from "./queries.ts";
import { BrowserZone, Me, ProfileChanges } from "./schema.ts";
import { texts } from "./texts.ts";
import { ProfileForm } from "./views.tsx";

async function ownProfile({
  tenant,
  actor,
  now,
}: Pick<Handling<unknown, unknown>, "tenant" | "actor" | "now">) {
  if (actor.kind !== "user") throw peopleOnly();
  return tenant.read(async (db) => {
    const mayEdit = await mayEditProfile(db, actor, now);
    const attributes = await listAttributes(db, actor.userId);
    return {
      profile: await getProfile(db, actor.userId),
      mayEdit,
      attributes: attributes.map((item) => ({ ...item, isLocked: item.isLocked || !mayEdit })),
    };
  });
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
    handle: async (handling) => {
      const own = await ownProfile(handling);
      return { ...own, values: { ...own.profile, ...attributeValues(own.attributes) } };
    },
    form: ProfileForm,
  })
  // A person's alone, and so no part of the API: its callers are clients, who have neither names nor a theme.
  .screen("patch", "/profile", {
    permit: "account.manage",
    title: texts.title,
    input: ProfileChanges,
    handle: async ({ tenant, actor, input, now }): Promise<Redirect> => {
      await tenant.write((db) => changeProfile(db, actor, { ...input, now }));
      return redirect("/profile", texts.savedNotice);
    },
    form: ProfileForm,
    load: ownProfile,
  })
  // Sent by a script of the page, once, while nobody has chosen a zone: its answer is read by nobody.
  .screen("post", "/profile/browser-time-zone", {
    permit: "account.manage",
    title: texts.title,
    input: BrowserZone,
    handle: async ({ tenant, actor, input }): Promise<Redirect> => {
      await tenant.write((db) => takeBrowserZone(db, actor, input.timeZone));
      return redirect("/profile");
    },
    form: ProfileForm,
    load: ownProfile,
  });
