// Which of a person's groups one application is told of.
import {
  type FederationSettings,
  GroupScope,
  groupScopeHint,
  groupScopeText,
} from "#features/federation/index.ts";
import { Card, Cluster, Form, Radios, SubmitButton } from "#platform/ui/index.ts";
import { groupsTold } from "../attributes.ts";
import type { Application } from "../schema.ts";
import { texts } from "../texts.ts";

interface ToldGroupsProps {
  readonly data: Application;
  readonly federation: FederationSettings;
  readonly canManage: boolean;
}

export const ToldGroups = ({ data, federation, canManage }: ToldGroupsProps) => (
  <Card title={texts.groupScope} description={texts.groupScopeHint}>
    {canManage ? (
      <Form
        id="groups"
        action={`/applications/${data.id}`}
        method="patch"
        values={{ groupScope: data.groupScope ?? "" }}
      >
        <Radios
          name="groupScope"
          label={texts.groupScopeLabel}
          hint={texts.groupScopeWider}
          options={[
            { value: "", label: texts.groupScopeAsTenant(groupScopeText[federation.groupScope]) },
            ...GroupScope.options.map((value) => ({
              value,
              label: groupScopeText[value],
              hint: groupScopeHint[value],
            })),
          ]}
        />
        <Cluster>
          <SubmitButton kind="secondary">{texts.saveGroupScope}</SubmitButton>
        </Cluster>
      </Form>
    ) : (
      <p>{groupScopeText[groupsTold(data)]}</p>
    )}
  </Card>
);
