// What a sign-in must be worth to get into one application.
import { Strength, strengthText } from "#features/policy/index.ts";
import { Card, Cluster, Form, Select, SubmitButton } from "#platform/ui/index.ts";
import type { Application } from "../schema.ts";
import { texts } from "../texts.ts";

export const AskedStrength = ({ data, canManage }: { data: Application; canManage: boolean }) => (
  <Card title={texts.strength} description={texts.strengthHint}>
    {canManage ? (
      <Form
        id="asked"
        action={`/applications/${data.id}`}
        method="patch"
        values={{ strength: data.strength ?? "" }}
      >
        <Select
          name="strength"
          label={texts.strengthLabel}
          options={[
            { value: "", label: texts.strengthAsTenant },
            ...Strength.options.map((value) => ({ value, label: strengthText[value] })),
          ]}
        />
        <Cluster>
          <SubmitButton kind="secondary">{texts.saveStrength}</SubmitButton>
        </Cluster>
      </Form>
    ) : (
      <p>{data.strength === null ? texts.strengthAsTenant : strengthText[data.strength]}</p>
    )}
  </Card>
);
