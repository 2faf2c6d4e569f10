// The sign-in settings: one page, the same as data, and the trial that a risky change goes through.
import type { Handling } from "#platform/http/context.ts";
import { requireFreshAhead } from "#platform/http/fresh.ts";
import { routes } from "#platform/http/route.ts";
import { listAffected } from "./affected.ts";
import { listEnabledProviders, providerNames } from "#features/identity-providers/index.ts";
import { findInactive } from "#features/inactivity/index.ts";
import { getSettings, getTrial } from "./queries.ts";
import type { Changing } from "./notify.ts";
import { proposeSettings, saveSettings } from "./save.ts";
import {
  AffectedFilter,
  AffectedPage,
  Application,
  Settings,
  SettingsInput,
  Trial,
  TrialInput,
  TrialParams,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { applyTrial, confirmTrial, endTrialByHand } from "./trials.ts";
import { AffectedPeoplePage, AffectedRegion } from "./views/affected.tsx";
import { type Shown, SettingsForm, SettingsPage } from "./views/page.tsx";

type Asked = Handling<unknown, unknown>;

const path = "/settings/sign-in";
const trialPath = ({ id }: Pick<Trial, "id">) => `${path}/trials/${id}`;

/** One write of the settings, in one transaction. */
const change = <T,>(
  { tenant, post, actor, now }: Asked,
  body: (by: Changing) => Promise<T>,
): Promise<T> => tenant.write((db) => body({ db, post, actor, now }));

/** What the page shows: read when it is opened and when a form on it is refused. */
const shown = ({ tenant, now, session, actor }: Asked): Promise<Shown> =>
  tenant.read(async (db) => {
    const settings = await getSettings(db, now);
    const { inactiveAfterDays: days } = settings;
    return {
      settings,
      inactive: days === null ? null : await findInactive(db, { days, now }),
      provedAt: session?.startedAt ?? null,
      viewerId: actor.kind === "user" ? actor.userId : null,
      providers: await listEnabledProviders(db),
      providerNames: await providerNames(db),
    };
  });

/**
 * The page of the form asks for the same as the form. While a change is in force on trial there is no form on it, but the way back: nobody
 * must prove themselves for that under the very settings that may stop them. @throws {stepUpRequired}
 */
async function shownAhead(handling: Asked): Promise<Shown> {
  const found = await shown(handling);
  if (found.settings.trial?.state !== "applied") requireFreshAhead(handling);
  return found;
}

/** The page with a form on it that was refused. */
const onPage = {
  permit: "settings.manage",
  title: texts.title,
  form: SettingsForm,
  load: shown,
} as const;

export const settingsRoutes = routes()
  .on("get", path, {
    fresh: "sometimes",
    permit: "settings.manage",
    summary: "The sign-in settings, their version, and the change that is being tried",
    title: texts.title,
    reply: Settings,
    handle: ({ tenant, now }) => tenant.read((db) => getSettings(db, now)),
    load: shownAhead,
    page: SettingsPage,
  })
  .on("put", path, {
    fresh: true,
    ...onPage,
    summary:
      "Change the sign-in settings. A change that can keep people out answers settings.trial_needed, or opens a trial when openTrial is true",
    input: SettingsInput,
    reply: Settings,
    handle: (handling) =>
      change(handling, async (by) => {
        await saveSettings(by, handling.input);
        return getSettings(by.db, by.now);
      }),
    next: () => path,
    notice: ({ trial }) => (trial === null ? texts.savedNotice : texts.openedNotice),
  })
  .on("post", `${path}/trials`, {
    fresh: true,
    ...onPage,
    summary: "Propose sign-in settings: nothing changes until the trial is applied",
    input: TrialInput,
    reply: Trial,
    creates: true,
    handle: (handling) =>
      change(handling, async (by) =>
        getTrial(by.db, await proposeSettings(by, handling.input), by.now),
      ),
    next: trialPath,
    notice: () => texts.openedNotice,
  })
  .on("get", `${path}/trials/:trialId`, {
    permit: "settings.manage",
    summary: "A trial: what it changes, whom it would keep out, how far it is",
    params: TrialParams,
    reply: Trial,
    handle: ({ tenant, params, now }) => tenant.read((db) => getTrial(db, params.trialId, now)),
    // The page about the settings is the page about their trial.
    next: () => path,
  })
  .on("get", `${path}/trials/:trialId/people`, {
    permit: "settings.manage",
    summary:
      "The people whom a trial’s change would keep out until they set up more, by name; already=true: those who cannot sign in before it either",
    title: texts.affectedPage,
    params: TrialParams,
    input: AffectedFilter,
    reply: AffectedPage,
    handle: ({ tenant, params, input, now }) =>
      tenant.read(async (db) => {
        const trial = await getTrial(db, params.trialId, now);
        return listAffected(db, trial, { ...input, now });
      }),
    page: AffectedPeoplePage,
    fragments: { people: AffectedRegion },
  })
  .on("put", `${path}/trials/:trialId/application`, {
    fresh: true,
    ...onPage,
    summary:
      "Put a trial’s settings in force for 10 minutes; needs a test sign-in, or withoutTest: true",
    params: TrialParams,
    input: Application,
    reply: Trial,
    handle: (handling) =>
      change(handling, async (by) => {
        await applyTrial(by, handling.params.trialId, handling.input);
        return getTrial(by.db, handling.params.trialId, by.now);
      }),
    next: () => path,
    notice: () => texts.appliedNotice,
  })
  .on("put", `${path}/trials/:trialId/confirmation`, {
    fresh: true,
    ...onPage,
    summary:
      "Keep an applied trial’s settings; somebody must have signed in since they were applied",
    params: TrialParams,
    reply: Trial,
    handle: (handling) =>
      change(handling, async (by) => {
        const provedAt = handling.session?.startedAt ?? null;
        await confirmTrial(by, handling.params.trialId, { provedAt });
        return getTrial(by.db, handling.params.trialId, by.now);
      }),
    next: () => path,
    notice: () => texts.keptNotice,
  })
  // Without fresh proof: back to what was in force is the way out for somebody whom the new settings stop.
  .on("delete", `${path}/trials/:trialId`, {
    ...onPage,
    summary: "Drop a trial; one that is applied is taken back at once",
    params: TrialParams,
    reply: Trial,
    handle: (handling) =>
      change(handling, async (by) => {
        await endTrialByHand(by, handling.params.trialId);
        return getTrial(by.db, handling.params.trialId, by.now);
      }),
    next: () => path,
    notice: ({ state }) => (state === "reverted" ? texts.revertedNotice : texts.cancelledNotice),
  });
