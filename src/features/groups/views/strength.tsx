// What is asked of a group's members at sign-in.
import { Strength, strengthText } from "#features/policy/index.ts";
import { Card, Cluster, Form, Select, SubmitButton } from "#platform/ui/index.ts";
import type { Group } from "../schema.ts";
import { texts } from "../texts.ts";

export const StrengthField = () => (
  <Select
    name="strength"
    label={texts.strengthLabel}
    options={[
      { value: "", label: texts.asTenant },
      ...Strength.options.map((value) => ({ value, label: strengthText[value] })),
    ]}
  />
);

export function AskedStrength({ group, mayChange }: { group: Group; mayChange: boolean }) {
  return (
    <Card title={texts.strength} description={texts.strengthText}>
      {mayChange ? (
        <Form
          id="asked"
          action={`/groups/${group.id}`}
          method="patch"
          values={{ strength: group.strength ?? "" }}
        >
          <StrengthField />
          <Cluster>
            <SubmitButton kind="secondary">{texts.saveStrength}</SubmitButton>
          </Cluster>
        </Form>
      ) : (
        <p>{group.strength === null ? texts.asTenant : strengthText[group.strength]}</p>
      )}
    </Card>
  );
}
