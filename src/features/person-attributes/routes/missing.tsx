// Everybody who lacks an attribute that is asked for, and asking many of them at once.
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { askPeople, takeBackFromAll } from "../actions.ts";
import { listLacking } from "../queries.ts";
import { Asked, Asking, LackFilter, LackingList, TakenBack } from "../schema.ts";
import { texts } from "../texts.ts";
import { LackingPage, LackingRegion, missingPath } from "../views/missing.tsx";

const list = ({ tenant, actor, now }: Handling<unknown, unknown>) =>
  tenant.read((db) => listLacking(db, actor, { ...LackFilter.parse({}), now }));

export const missingAttributeRoutes = routes()
  .on("get", missingPath, {
    permit: "users.read",
    summary: "People who have no value of an attribute that is required, by name",
    title: texts.missingTitle,
    input: LackFilter,
    reply: LackingList,
    handle: ({ tenant, actor, input, now }) =>
      tenant.read((db) => listLacking(db, actor, { ...input, now })),
    page: ({ data, view }) => <LackingPage data={data} view={view} values={{}} problems={{}} />,
    fragments: { lacking: LackingRegion },
  })
  .on("post", `${missingPath}/asked`, {
    permit: "users.manage",
    summary:
      "Ask people to complete their profile, some or everyone; who cannot fill in all that is missing is passed over",
    title: texts.missingTitle,
    input: Asking,
    reply: Asked,
    handle: ({ tenant, actor, input, now }) =>
      tenant.write((db) => askPeople(db, actor, { ...input, now })),
    form: LackingPage,
    load: list,
    next: () => missingPath,
    notice: ({ asked, passedOver }) => texts.askedMany(asked, passedOver),
  })
  .on("delete", `${missingPath}/asked`, {
    permit: "users.manage",
    summary: "Ask nobody any more to complete their profile",
    reply: TakenBack,
    handle: ({ tenant, actor }) =>
      tenant.write(async (db) => ({ takenBack: await takeBackFromAll(db, actor) })),
    next: () => missingPath,
    notice: ({ takenBack }) => texts.takenBackMany(takenBack),
  });
