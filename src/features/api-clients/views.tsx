// API clients: the list, the form, and the one page that shows a secret.
import type { z } from "zod";
import type { FormScreen, PageScreen, Screen } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Code,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  CopyField,
  DataTable,
  EmptyState,
  Field,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  Pager,
  Radios,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import type { ApiClient, ApiClientList, CreatedApiClient } from "./schema.ts";
import { texts } from "./texts.ts";

const roles: Readonly<Record<ApiClient["role"], { label: string; hint: string }>> = {
  member: { label: texts.roleMember, hint: texts.roleMemberHint },
  admin: { label: texts.roleAdmin, hint: texts.roleAdminHint },
  super_admin: { label: texts.roleSuperAdmin, hint: texts.roleSuperAdminHint },
};

const createButton = (
  <LinkButton kind="primary" icon="plus" href="/api-clients/new">
    {texts.create}
  </LinkButton>
);

export const ApiClientsPage: Screen<z.output<typeof ApiClientList>> = ({ data, view }) => (
  <Stack>
    <PageHeader title={texts.title} description={texts.lead} actions={createButton} />
    {data.items.length > 0 ? (
      <DataTable
        caption={texts.title}
        rows={data.items}
        columns={columns(view.viewer?.zone ?? "UTC", view.now)}
      />
    ) : (
      <EmptyState icon="key" title={texts.emptyTitle} action={createButton}>
        {texts.emptyHint}
      </EmptyState>
    )}
    <Pager path="/api-clients" next={data.next} />
  </Stack>
);

function columns(zone: string, now: Date): Column<ApiClient>[] {
  return [
    { label: texts.name, cell: (row) => row.name },
    { label: texts.clientId, secondary: true, cell: (row) => <Code>{row.id}</Code> },
    { label: texts.role, cell: (row) => roles[row.role].label },
    {
      label: texts.status,
      cell: (row) => (
        <Badge tone={row.revokedAt ? "neutral" : "positive"}>
          {row.revokedAt ? texts.revoked : texts.active}
        </Badge>
      ),
    },
    {
      label: texts.lastUsed,
      cell: (row) =>
        row.lastUsedAt ? <Time at={row.lastUsedAt} zone={zone} now={now} /> : texts.never,
    },
    {
      label: texts.revoke,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (row) =>
        !row.revokedAt && (
          <ConfirmDialog
            id={`revoke-${row.id}`}
            trigger={texts.revoke}
            triggerLabel={texts.revokeNamed(row.name)}
            small
            page={`/api-clients/${row.id}/revocation`}
            {...revokeQuestion(row)}
          >
            <p>{texts.revokeBody}</p>
          </ConfirmDialog>
        ),
    },
  ];
}

const revokeQuestion = ({ id, name }: Pick<ApiClient, "id" | "name">) => ({
  title: texts.revokeTitle(name),
  action: `/api-clients/${id}/revocation`,
  method: "put" as const,
  submit: texts.revoke,
});

export const ConfirmRevoke: Screen<ApiClient> = ({ data }) => (
  <>
    <PageHeader
      title={texts.revokeTitle(data.name)}
      breadcrumbs={[{ label: texts.title, href: "/api-clients" }]}
    />
    <Card>
      <ConfirmForm
        {...revokeQuestion(data)}
        cancel={<LinkButton href="/api-clients">{texts.cancel}</LinkButton>}
      >
        <p>{texts.revokeBody}</p>
      </ConfirmForm>
    </Card>
  </>
);

export const NewApiClientForm: FormScreen<unknown> = ({ values, problems }) => (
  <>
    <PageHeader title={texts.create} breadcrumbs={[{ label: texts.title, href: "/api-clients" }]} />
    <Card>
      <Form
        action="/api-clients"
        submit={texts.create}
        cancel="/api-clients"
        values={values}
        problems={problems}
      >
        <Field
          name="name"
          label={texts.name}
          hint={texts.nameHint}
          required
          maxlength={100}
          autofocus
        />
        <Radios
          name="role"
          label={texts.role}
          hint={texts.roleHint}
          options={Object.entries(roles).map(([value, role]) => ({ value, ...role }))}
        />
      </Form>
    </Card>
  </>
);

export const CreatedPage: PageScreen<CreatedApiClient, unknown> = ({ data, view }) => (
  <>
    <PageHeader
      title={texts.createdTitle(data.name)}
      breadcrumbs={[{ label: texts.title, href: "/api-clients" }]}
    />
    <Card footer={<LinkButton href="/api-clients">{texts.done}</LinkButton>}>
      <Stack>
        <Notice kind="warning">{texts.secretOnce}</Notice>
        <CopyField id="client-id" label={texts.clientId} value={data.clientId} />
        <CopyField id="client-secret" label={texts.clientSecret} value={data.clientSecret} />
        <CopyField
          id="client-example"
          label={texts.howTitle}
          multiline
          value={`curl -u '${data.clientId}:${data.clientSecret}' \\\n  -d grant_type=client_credentials \\\n  ${view.tenant.origin}/oauth2/token`}
        />
      </Stack>
    </Card>
  </>
);
