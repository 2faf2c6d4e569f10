// The page of the attribute settings: what each switch does, and a table of them.
import type { FormScreen, PageScreen, Values } from "#platform/http/view.ts";
import { controlOf, FieldProblem } from "#platform/ui/field.tsx";
import { useField } from "#platform/ui/form.tsx";
import {
  Card,
  type Column,
  DataTable,
  Form,
  KeyValues,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { type AttributeKey, attributeKeys, attributes } from "./registry.ts";
import { type AttributeFlag, attributeFlags, type Settings, switchName } from "./schema.ts";
import { texts } from "./texts.ts";

export const SettingsPage: PageScreen<Settings, undefined> = ({ data, view }) => (
  <SettingsForm data={data} view={view} values={{}} problems={{}} />
);

export const SettingsForm: FormScreen<Settings> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader title={texts.settingsTitle} description={texts.settingsLead} />
    <Card title={texts.switches}>
      <KeyValues
        items={attributeFlags.map((name) => ({ label: texts[name], value: texts[`${name}Hint`] }))}
      />
    </Card>
    <Form
      action="/settings/attributes"
      method="put"
      submit={texts.save}
      values={values["switches"] === undefined ? valuesOf(data) : values}
      problems={problems}
      hidden={{ switches: "all", version: String(data.version) }}
    >
      <Card flush>
        <DataTable caption={texts.settingsTitle} rows={attributeKeys} columns={columns} />
      </Card>
    </Form>
  </Stack>
);

const columns: readonly Column<AttributeKey>[] = [
  {
    label: texts.attribute,
    cell: (key) => <Name of={key} />,
  },
  ...attributeFlags.map((name) => ({
    label: texts[name],
    tight: true,
    cell: (key: AttributeKey) => <Switch of={key} name={name} />,
  })),
];

/** What is wrong stands below the name: a column of boxes has no room for a sentence. */
function Name({ of: key }: { of: AttributeKey }) {
  const wrong = attributeFlags.map((name) => useField(switchName(key, name)));
  return (
    <div>
      {texts[key]}
      <br />
      <small>{texts[attributes[key].category]}</small>
      {wrong.map(({ id, problem }) => (
        <FieldProblem id={id} problem={problem} />
      ))}
    </div>
  );
}

function Switch({ of: key, name }: { of: AttributeKey; name: AttributeFlag }) {
  const { kept, attributes: common } = controlOf({ name: switchName(key, name), label: "" });
  return (
    <div class="choice">
      <input
        type="checkbox"
        {...common}
        aria-label={texts.switchOf(texts[key], texts[name])}
        value="on"
        checked={kept === true || kept === "on"}
      />
    </div>
  );
}

/** Settings as their form sends them. */
const valuesOf = ({ attributes: settings }: Settings): Values =>
  Object.fromEntries(
    attributeKeys.flatMap((key) =>
      attributeFlags.map((name) => [switchName(key, name), settings[key][name]]),
    ),
  );
