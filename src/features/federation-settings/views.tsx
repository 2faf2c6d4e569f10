// The page of the settings: the form, and the certificates that end soon.
import {
  certificateYears,
  GroupScope,
  groupScopeHint,
  groupScopeText,
  rotationWindows,
} from "#features/federation/index.ts";
import type { FormScreen, PageScreen, View } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  Form,
  Notice,
  PageHeader,
  Radios,
  Section,
  Select,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import { connectionPath } from "./paths.ts";
import type { EndingKey, FederationSettings } from "./schema.ts";
import { texts } from "./texts.ts";

export interface Shown {
  readonly settings: FederationSettings;
  readonly ending: readonly EndingKey[];
}

export const FederationSettingsPage: PageScreen<FederationSettings, Shown> = ({ view, more }) => (
  <FederationSettingsForm data={more} view={view} values={{}} problems={{}} />
);

export const FederationSettingsForm: FormScreen<Shown> = ({ data, view, values, problems }) => {
  const { settings, ending } = data;
  const { version, ...kept } = settings;
  const wasTyped = values["groupScope"] !== undefined;
  return (
    <Stack gap="large">
      <PageHeader title={texts.title} description={texts.description} />
      <Ending ending={ending} windowDays={settings.rotationWindowDays} view={view} />
      <Form
        action="/settings/federation"
        method="put"
        submit={texts.save}
        values={wasTyped ? values : textsOf(kept)}
        problems={problems}
        hidden={{ version: String(version) }}
      >
        <Section title={texts.groups} description={texts.groupsText}>
          <Radios
            name="groupScope"
            label={texts.groupScope}
            hint={texts.groupScopeHint}
            options={GroupScope.options.map((value) => ({
              value,
              label: groupScopeText[value],
              hint: groupScopeHint[value],
            }))}
          />
        </Section>
        <Section title={texts.certificates} description={texts.certificatesText}>
          <Stack gap="large">
            <Select
              name="certificateYears"
              label={texts.certificateYears}
              hint={texts.certificateYearsHint}
              options={certificateYears.map((years) => ({
                value: String(years),
                label: texts.years(years),
              }))}
            />
            <Select
              name="rotationWindowDays"
              label={texts.rotationWindowDays}
              hint={texts.rotationWindowDaysHint}
              options={rotationWindows.map((days) => ({
                value: String(days),
                label: texts.daysBefore(days),
              }))}
            />
          </Stack>
        </Section>
      </Form>
      {!wasTyped && problems[""] !== undefined && <Notice kind="error">{problems[""]}</Notice>}
    </Stack>
  );
};

/** As a form keeps what was typed. */
const textsOf = (settings: Omit<FederationSettings, "version">) =>
  Object.fromEntries(Object.entries(settings).map(([field, value]) => [field, String(value)]));

interface EndingProps {
  readonly ending: readonly EndingKey[];
  readonly windowDays: number;
  readonly view: View;
}

const Ending = ({ ending, windowDays, view }: EndingProps) => (
  <Card
    title={texts.ending}
    description={ending.length === 0 ? undefined : texts.endingText(windowDays)}
  >
    {ending.length === 0 ? (
      <EmptyState icon="check" title={texts.endingEmpty}>
        {texts.endingEmptyHint(windowDays)}
      </EmptyState>
    ) : (
      <DataTable caption={texts.ending} rows={ending} columns={columnsOf(view)} />
    )}
  </Card>
);

const columnsOf = (view: View): Column<EndingKey>[] => {
  const day = (at: Date) => <Time at={at} zone={view.viewer?.zone ?? "UTC"} format="date" />;
  return [
    {
      label: texts.connection,
      cell: (key) => (
        <>
          <a href={connectionPath(key)}>{key.name}</a>{" "}
          {!key.isEnabled && <Status tone="neutral">{texts.notInUse}</Status>}
        </>
      ),
    },
    {
      label: texts.kind,
      cell: ({ kind }) => (kind === "application" ? texts.application : texts.identityProvider),
      tight: true,
    },
    {
      label: texts.ends,
      cell: ({ expiresAt }) => (
        <>
          {day(expiresAt)} {expiresAt <= view.now && <Status tone="critical">{texts.ended}</Status>}
        </>
      ),
      tight: true,
    },
    {
      label: texts.next,
      cell: ({ preparedAt }) =>
        preparedAt === null ? (
          texts.notPrepared
        ) : (
          <>
            {texts.preparedSince} {day(preparedAt)}
          </>
        ),
    },
    {
      label: texts.todo,
      cell: ({ preparedAt }) => (preparedAt === null ? texts.doWait : texts.doSwitch),
    },
  ];
};
