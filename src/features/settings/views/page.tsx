// The page of the sign-in settings: the form, and above it the change that is being tried.
import type { Inactive } from "#features/inactivity/index.ts";
import { policyFields } from "#features/policy/index.ts";
import type { FormScreen, PageScreen } from "#platform/http/view.ts";
import { Card, KeyValues, Notice, PageHeader, Stack } from "#platform/ui/index.ts";
import type { Settings } from "../schema.ts";
import { texts } from "../texts.ts";
import { type ProviderNames, valueText } from "../words.ts";
import { Fields } from "./fields.tsx";
import { formValues } from "./form-values.ts";
import { TrialCard } from "./trial.tsx";

export interface Shown {
  readonly settings: Settings;
  /** Whom the settings in force deactivate next; null: nobody ever. */
  readonly inactive: Inactive | null;
  /** When the viewer's session was started; proving it again does not count. */
  readonly provedAt: Date | null;
  /** Who looks at it: a trial is tested by whoever proposed it. */
  readonly viewerId: string | null;
  /** Identity providers that may become the default, by name, and the names of all. */
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  readonly providerNames: ProviderNames;
}

export const SettingsPage: PageScreen<Settings, Shown> = ({ view, more }) => (
  <SettingsForm data={more} view={view} values={{}} problems={{}} />
);

export const SettingsForm: FormScreen<Shown> = ({ data, view, values, problems }) => {
  const { settings, inactive } = data;
  // Only the settings' own form names a preset; the forms of the trial do not.
  const wasTyped = values["sessionPreset"] !== undefined;
  return (
    <Stack gap="large">
      <PageHeader title={texts.title} description={texts.description} />
      {settings.trial === null && !wasTyped && problems[""] !== undefined && (
        <Notice kind="error">{problems[""]}</Notice>
      )}
      {settings.trial !== null && (
        <TrialCard
          trial={settings.trial}
          provedAt={data.provedAt}
          viewerId={data.viewerId}
          providers={data.providerNames}
          view={view}
          values={values}
          problems={wasTyped ? {} : problems}
        />
      )}
      {settings.trial === null || wasTyped ? (
        <Fields
          values={wasTyped ? values : formValues(settings)}
          problems={wasTyped ? problems : {}}
          version={settings.version}
          inactive={inactive}
          providers={data.providers}
        />
      ) : (
        <InForce settings={settings} providers={data.providerNames} />
      )}
    </Stack>
  );
};

const InForce = ({ settings, providers }: { settings: Settings; providers: ProviderNames }) => (
  <Card title={texts.settingsTitle} description={texts.fixedWhileTrial}>
    <KeyValues
      items={policyFields.map((field) => ({
        label: texts[field],
        value: valueText[field](settings, providers),
      }))}
    />
  </Card>
);
