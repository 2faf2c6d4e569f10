// The settings of all connections: one page, the same as data, and the certificates that end soon.
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { findEnding } from "./ending.ts";
import { windowEnd } from "./jobs.ts";
import { getFederationSettings, saveFederationSettings } from "./save.ts";
import { EndingKeyList, FederationSettings, FederationSettingsInput } from "./schema.ts";
import { texts } from "./texts.ts";
import { FederationSettingsForm, FederationSettingsPage, type Shown } from "./views.tsx";

type Asked = Handling<unknown, unknown>;

const path = "/settings/federation";
const endingMost = 200;

const listEnding = ({ tenant, now }: Asked) =>
  tenant.read(async (db) => findEnding(db, { until: await windowEnd(db, now), limit: endingMost }));

/** What the page shows: read when it is opened and when its form is refused. */
const shown = async (asked: Asked): Promise<Shown> => ({
  settings: await asked.tenant.read(getFederationSettings),
  ending: await listEnding(asked),
});

export const federationSettingsRoutes = routes()
  .on("get", path, {
    fresh: true,
    permit: "settings.manage",
    summary: "The settings of all applications and identity providers, and their version",
    title: texts.title,
    reply: FederationSettings,
    handle: ({ tenant }) => tenant.read(getFederationSettings),
    load: shown,
    page: FederationSettingsPage,
  })
  .on("put", path, {
    fresh: true,
    permit: "settings.manage",
    summary: "Change the settings of all applications and identity providers, all of them or none",
    title: texts.title,
    input: FederationSettingsInput,
    reply: FederationSettings,
    handle: ({ tenant, actor, now, input }) =>
      tenant.write(async (db) => {
        await saveFederationSettings(db, { actor, now }, input);
        return getFederationSettings(db);
      }),
    form: FederationSettingsForm,
    load: shown,
    next: () => path,
    notice: () => texts.savedNotice,
  })
  .on("get", `${path}/certificates`, {
    permit: "settings.manage",
    summary: "The certificates that end within the rotation window, or have ended; at most 200",
    reply: EndingKeyList,
    handle: async (asked) => ({ items: await listEnding(asked) }),
    // The page about them is the one of the settings.
    next: () => path,
  });
