// The settings' form: each setting with what it does, in groups, sent as one.
import type { Inactive } from "#features/inactivity/index.ts";
import { strengthText } from "#features/policy/index.ts";
import type { Problems, Values } from "#platform/http/view.ts";
import {
  Checkbox,
  Field,
  Form,
  Notice,
  type Option,
  Radios,
  Section,
  type SectionProps,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { durationText } from "../words.ts";
import { Names } from "./names.tsx";

const hour = 3_600;
const day = 24 * hour;
const lengths = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
const graces = [0, 1, 3, 7, 14, 30, 60, 90];
const remembered = [0, 1, 7, 14, 30, 60, 90];
const absences = [14, 30, 60, 90, 180, 365];
const absolutes = [hour, 8 * hour, 12 * hour, day, 3 * day, 7 * day, 14 * day, 30 * day];
const idles = [300, 900, 1_800, hour, 2 * hour, 4 * hour, 8 * hour, 12 * hour, day, 7 * day];

/** The usual answers in order, and the one that is kept now if it is none of them (a script may have set it). */
function choices(
  usual: readonly number[],
  kept: unknown,
  text: (value: number) => string,
): Option[] {
  const now = kept === "" ? Number.NaN : Number(kept);
  const values = Number.isInteger(now) && now >= 0 ? new Set([...usual, now]) : new Set(usual);
  return [...values]
    .sort((a, b) => a - b)
    .map((value) => ({ value: String(value), label: text(value) }));
}

interface FieldsProps {
  readonly values: Values;
  readonly problems: Problems;
  readonly version: number;
  readonly inactive: Inactive | null;
  /** Those that may become the default, by name. */
  readonly providers: readonly { readonly id: string; readonly name: string }[];
}

export const Fields = ({ values, problems, version, inactive, providers }: FieldsProps) => (
  <Form
    action="/settings/sign-in"
    method="put"
    submit={texts.save}
    values={values}
    problems={problems}
    hidden={{ version: String(version), openTrial: "on" }}
  >
    <Passwords values={values} />
    <Proof values={values} />
    <Routing providers={providers} />
    <Sessions values={values} />
    <Devices values={values} />
    <Group title={texts.recovery} description={texts.recoveryText}>
      <Box name="resetNeedsTwoAdmins" />
    </Group>
    <People values={values} inactive={inactive} />
  </Form>
);

const Group = ({ children, ...about }: SectionProps) => (
  <Section {...about}>
    <Stack gap="large">{children}</Stack>
  </Section>
);

const Box = ({
  name,
}: {
  name: "emailProofFirst" | "keepSignedIn" | "resetNeedsTwoAdmins" | "peopleEditNames";
}) => <Checkbox name={name} label={texts[name]} hint={texts[`${name}Hint`]} />;

interface Part {
  readonly values: Values;
}

const Passwords = ({ values }: Part) => (
  <Group title={texts.passwords} description={texts.passwordsText}>
    <Select
      name="passwordMinLength"
      label={texts.passwordMinLength}
      hint={texts.passwordMinLengthHint}
      options={choices(lengths, values["passwordMinLength"], texts.characters)}
    />
    <Select
      name="passwordMinScore"
      label={texts.passwordMinScore}
      hint={texts.passwordMinScoreHint}
      options={[
        { value: "3", label: texts.score3 },
        { value: "4", label: texts.score4 },
      ]}
    />
  </Group>
);

const Proof = ({ values }: Part) => (
  <Group title={texts.proof} description={texts.proofText}>
    <Radios
      name="strength"
      label={texts.strength}
      options={[
        { value: "baseline", label: strengthText.baseline, hint: texts.baselineHint },
        { value: "strong", label: strengthText.strong, hint: texts.strongHint },
        {
          value: "phishing_resistant",
          label: strengthText.phishing_resistant,
          hint: texts.phishingResistantHint,
        },
      ]}
    />
    <Select
      name="graceDays"
      label={texts.graceDays}
      hint={texts.graceDaysHint}
      options={choices(graces, values["graceDays"], (n) =>
        n === 0 ? texts.atOnce : texts.days(n),
      )}
    />
    <Box name="emailProofFirst" />
  </Group>
);

const Routing = ({ providers }: Pick<FieldsProps, "providers">) => (
  <Group title={texts.routing} description={texts.routingText}>
    <Select
      name="defaultIdentityProviderId"
      label={texts.defaultIdentityProviderId}
      hint={texts.defaultIdentityProviderIdHint}
      options={[
        { value: "", label: texts.noProvider },
        ...providers.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  </Group>
);

const Sessions = ({ values }: Part) => (
  <Group title={texts.sessions} description={texts.sessionsText}>
    <Radios
      name="sessionPreset"
      label={texts.sessionPreset}
      options={[
        { value: "aal1", label: texts.aal1, hint: texts.aal1Hint },
        { value: "aal2", label: texts.aal2, hint: texts.aal2Hint },
        { value: "aal3", label: texts.aal3, hint: texts.aal3Hint },
        { value: "custom", label: texts.custom, hint: texts.customHint },
      ]}
    />
    <div class="shown-for" data-source="custom">
      <Stack>
        <Select
          name="sessionAbsoluteSeconds"
          label={texts.sessionAbsoluteSeconds}
          hint={texts.sessionAbsoluteSecondsHint}
          options={choices(absolutes, values["sessionAbsoluteSeconds"], durationText)}
        />
        <Select
          name="sessionIdleSeconds"
          label={texts.sessionIdleSeconds}
          hint={texts.sessionIdleSecondsHint}
          options={[
            { value: "", label: texts.noLimit },
            ...choices(idles, values["sessionIdleSeconds"], durationText),
          ]}
        />
      </Stack>
    </div>
    <Box name="keepSignedIn" />
  </Group>
);

const Devices = ({ values }: Part) => (
  <Group title={texts.devices} description={texts.devicesText}>
    <Select
      name="rememberDeviceDays"
      label={texts.rememberDeviceDays}
      hint={texts.rememberDeviceDaysHint}
      options={choices(remembered, values["rememberDeviceDays"], (n) =>
        n === 0 ? texts.never : texts.days(n),
      )}
    />
    <Field
      name="passkeyAaguids"
      type="textarea"
      label={texts.passkeyAaguids}
      hint={texts.passkeyAaguidsHint}
      optional
      mono
      rows={4}
      spellcheck={false}
      autocomplete="off"
    />
  </Group>
);

const People = ({ values, inactive }: Part & { inactive: Inactive | null }) => (
  <Group title={texts.peopleSection} description={texts.peopleText}>
    <Select
      name="inactiveAfterDays"
      label={texts.inactiveAfterDays}
      hint={texts.inactiveAfterDaysHint}
      options={[
        { value: "", label: texts.never },
        ...choices(absences, values["inactiveAfterDays"], texts.days),
      ]}
    />
    {inactive !== null && <Absent title={texts.inactiveTonight} people={inactive.tonight} />}
    {inactive !== null && <Absent title={texts.inactiveLater} people={inactive.warnedTonight} />}
    <Box name="peopleEditNames" />
  </Group>
);

function Absent({
  title,
  people: { count, people },
}: {
  title: (count: number) => string;
  people: Inactive["tonight"];
}) {
  if (count === 0) return null;
  return (
    <Notice kind="warning">
      {title(count)} <Names people={people} count={count} />
    </Notice>
  );
}
