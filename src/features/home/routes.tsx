// The start page: who am I, and where can I go.
import { z } from "zod";
import { listMyApplications } from "#features/applications/index.ts";
import { stepDue } from "#features/authenticators/index.ts";
import { ownMissing } from "#features/person-attributes/index.ts";
import { routes } from "#platform/http/route.ts";
import { ApplicationId } from "#src/ids.ts";
import { texts } from "./texts.ts";
import { HomePage } from "./views.tsx";

const MyApps = z.object({
  items: z.array(
    z.object({
      id: ApplicationId,
      name: z.string(),
      description: z.string(),
      launchPath: z.string(),
    }),
  ),
});

export const homeRoutes = routes()
  .screen("get", "/", {
    permit: "signed-in",
    title: texts.title,
    handle: async ({ tenant, session, actor, now }) => {
      if (!session) throw new Error("the start page without a session");
      return tenant.read(async (db) => {
        const apps = await listMyApplications(db, session.userId);
        return {
          apps: apps.map(withLaunchPath),
          signedInAt: session.startedAt,
          due: await stepDue(db, session, now),
          missing: await ownMissing(db, { actor, now }),
        };
      });
    },
    page: HomePage,
  })
  .on("get", "/my-apps", {
    permit: "apps.launch",
    reply: MyApps,
    summary: "List the applications the caller may launch; a client has none",
    handle: async ({ tenant, session }) => {
      const apps = session ? await tenant.read((db) => listMyApplications(db, session.userId)) : [];
      return { items: apps.map(withLaunchPath) };
    },
    // Its page is the start page.
    next: () => "/",
  });

const withLaunchPath = <T extends { id: string }>(app: T) => ({
  ...app,
  launchPath: `/saml/idp/launch/${app.id}`,
});
