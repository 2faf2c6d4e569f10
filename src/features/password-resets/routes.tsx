// Requiring a new password from somebody: a page of the person, and the API.
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { liftReset, readRequirement, requireReset } from "./actions.ts";
import { PersonParams, ResetRequirement } from "./schema.ts";
import { texts } from "./texts.ts";
import { RequirementForm, RequirementPage } from "./views.tsx";

const path = "/users/:userId/password-reset-requirement";
const title = ({ user }: ResetRequirement) => texts.title(user.name);
const next = ({ user }: ResetRequirement) => `/users/${user.id}`;

const requirementOf = ({
  tenant,
  actor,
  params,
}: Pick<Handling<PersonParams>, "tenant" | "actor" | "params">): Promise<ResetRequirement> =>
  tenant.read((db) => readRequirement(db, actor, params.userId));

export const passwordResetRoutes = routes()
  .on("get", path, {
    permit: "users.read",
    fresh: true,
    summary: "Whether a person has to choose a new password at the next sign-in, and why",
    title,
    params: PersonParams,
    reply: ResetRequirement,
    handle: requirementOf,
    page: RequirementPage,
  })
  .on("put", path, {
    permit: "users.manage",
    fresh: true,
    summary: "Require a new password: sessions end, and the person is told why",
    title,
    params: PersonParams,
    reply: ResetRequirement,
    handle: (handling) =>
      handling.tenant.write(async (db) => {
        const { userId } = handling.params;
        await requireReset(db, handling, userId);
        return readRequirement(db, handling.actor, userId);
      }),
    form: RequirementForm,
    load: requirementOf,
    next,
    notice: () => texts.requiredNotice,
  })
  .on("delete", path, {
    permit: "users.manage",
    fresh: true,
    summary: "Take back what an administrator required; not what a breach or the settings did",
    title,
    params: PersonParams,
    reply: ResetRequirement,
    handle: (handling) =>
      handling.tenant.write(async (db) => {
        const { userId } = handling.params;
        await liftReset(db, handling, userId);
        return readRequirement(db, handling.actor, userId);
      }),
    form: RequirementForm,
    load: requirementOf,
    next,
    notice: ({ cause }) => (cause === null ? texts.liftedNotice : texts.liftedToPolicyNotice),
  });
