// Who may use an application: on its page, and the whole list where that is longer.
import type { z } from "zod";
import type { PageScreen } from "#platform/http/view.ts";
import {
  ActionButton,
  Button,
  Card,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  Form,
  PageHeader,
  Pager,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import type { GroupId } from "#src/ids.ts";
import type { Application, Grant, GrantList } from "../schema.ts";
import { texts } from "../texts.ts";

export interface GrantsShown {
  readonly grants: z.output<typeof GrantList>;
  readonly others: readonly { id: GroupId; name: string }[];
}

export const Grants = ({
  data,
  more,
  canGrant,
  canManage,
}: {
  data: Application;
  more: GrantsShown;
  canGrant: boolean;
  canManage: boolean;
}) => (
  <Card
    title={texts.grants}
    description={data.availableToAll ? texts.grantsAllHint : texts.grantsHint}
    actions={
      canManage && (
        <ActionButton
          action={`/applications/${data.id}`}
          method="patch"
          hidden={{ availableToAll: String(!data.availableToAll) }}
        >
          {data.availableToAll ? texts.makeForGroups : texts.makeForAll}
        </ActionButton>
      )
    }
  >
    {!data.availableToAll && (
      <Stack>
        {more.grants.items.length > 0 ? (
          <DataTable
            caption={texts.grants}
            rows={more.grants.items}
            columns={grantColumns(data, canGrant)}
          />
        ) : (
          <EmptyState icon="lock" title={texts.grantsEmpty}>
            {texts.grantsEmptyHint}
          </EmptyState>
        )}
        {more.grants.next !== null && (
          <p>
            <a href={`/applications/${data.id}/grants`}>{texts.grantsShowAll(data.groupCount)}</a>
          </p>
        )}
        {canGrant && more.others.length > 0 && (
          <Form action={`/applications/${data.id}/grants`} id="grant" summary={false}>
            <Cluster>
              <Select
                name="groupId"
                label={texts.grantTo}
                options={more.others.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <Button type="submit" kind="primary">
                {texts.grant}
              </Button>
            </Cluster>
          </Form>
        )}
        {canGrant && more.others.length === 0 && (
          <p class="muted">
            {more.grants.items.length > 0 ? texts.noMoreGroups : texts.noGroupsYet}
          </p>
        )}
      </Stack>
    )}
  </Card>
);

function grantColumns(data: Application, canGrant: boolean): Column<Grant>[] {
  return [
    { label: texts.name, cell: (row) => <a href={`/groups/${row.groupId}`}>{row.name}</a> },
    { label: texts.memberCount, cell: (row) => String(row.memberCount) },
    ...(canGrant
      ? [
          {
            label: texts.revoke,
            labelHidden: true,
            align: "end" as const,
            tight: true,
            cell: (row: Grant) => (
              <ActionButton
                action={`/applications/${data.id}/grants/${row.groupId}`}
                method="delete"
                small
                label={texts.revokeFrom(row.name)}
              >
                {texts.revoke}
              </ActionButton>
            ),
          },
        ]
      : []),
  ];
}

export const GrantsPage: PageScreen<z.output<typeof GrantList>, Application> = ({
  data,
  view,
  more: application,
}) => {
  const path = `/applications/${application.id}`;
  const canGrant = view.viewer?.can("applications.grant") === true;
  const cursor = new URLSearchParams(view.query).get("cursor");
  return (
    <Stack>
      <PageHeader
        title={texts.grants}
        description={application.availableToAll ? texts.grantsAllHint : texts.grantsHint}
        breadcrumbs={[
          { label: texts.title, href: "/applications" },
          { label: application.name, href: path },
        ]}
      />
      <DataTable
        caption={texts.grants}
        rows={data.items}
        columns={grantColumns(application, canGrant)}
      />
      <Pager path={`${path}/grants`} query={{ cursor }} next={data.next} />
    </Stack>
  );
};
