// The attribute settings: one page, the same as data.
import { routes } from "#platform/http/route.ts";
import { Settings, SettingsInput } from "./schema.ts";
import { getSettings, saveSettings } from "./settings.ts";
import { texts } from "./texts.ts";
import { SettingsForm, SettingsPage } from "./views.tsx";

const path = "/settings/attributes";

export const attributeSettingsRoutes = routes()
  .on("get", path, {
    fresh: true,
    permit: "settings.manage",
    summary: "What the tenant makes of each standard attribute of people, and the version of that",
    title: texts.settingsTitle,
    reply: Settings,
    handle: ({ tenant }) => tenant.read(getSettings),
    page: SettingsPage,
  })
  .on("put", path, {
    fresh: true,
    permit: "settings.manage",
    summary:
      "Change what the tenant makes of attributes: all of them at once, on top of the version that was read",
    title: texts.settingsTitle,
    input: SettingsInput,
    reply: Settings,
    handle: ({ tenant, actor, input }) =>
      tenant.write(async (db) => {
        await saveSettings(db, actor, input);
        return getSettings(db);
      }),
    form: SettingsForm,
    load: ({ tenant }) => tenant.read(getSettings),
    next: () => path,
    notice: () => texts.savedNotice,
  });
