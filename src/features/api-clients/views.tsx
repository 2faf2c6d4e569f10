// API clients: the list, the form, and the one page that shows a secret.
import type { FC } from "hono/jsx";
import type { z } from "zod";
import type { FormScreen, PageScreen, Screen, View } from "#platform/http/view.ts";
import {
  Badge,
  Card,
  Checkbox,
  Cluster,
  Code,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  CopyField,
  DataTable,
  EmptyState,
  Field,
  Fieldset,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  Pager,
  Radios,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { areas } from "#src/permissions.ts";
import type { ApiClient, ApiClientList, CreatedApiClient } from "./schema.ts";
import { areaTexts, texts } from "./texts.ts";

const roles: Readonly<Record<ApiClient["role"], { label: string; hint: string }>> = {
  member: { label: texts.roleMember, hint: texts.roleMemberHint },
  admin: { label: texts.roleAdmin, hint: texts.roleAdminHint },
  super_admin: { label: texts.roleSuperAdmin, hint: texts.roleSuperAdminHint },
};

const accesses: Readonly<Record<ApiClient["access"], { label: string; hint: string }>> = {
  read: { label: texts.accessRead, hint: texts.accessReadHint },
  write: { label: texts.accessWrite, hint: texts.accessWriteHint },
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
    {
      label: texts.name,
      cell: (row) => (
        <>
          {row.name}
          <p class="field-hint">
            <Code>{row.id}</Code>
          </p>
        </>
      ),
    },
    { label: texts.mayDoLabel, cell: (row) => <MayDo client={row} /> },
    {
      label: texts.createdBy,
      secondary: true,
      cell: ({ createdBy, revokedAt, actsAs }) => {
        if (createdBy) return <a href={`/users/${createdBy.id}`}>{createdBy.name}</a>;
        return revokedAt === null && actsAs === null ? texts.makerGone : texts.byOperator;
      },
    },
    { label: texts.status, cell: (row) => <State client={row} /> },
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
          <Cluster>
            <LinkButton
              href={`/api-clients/${row.id}/secret`}
              small
              label={texts.newSecretOf(row.name)}
            >
              {texts.newSecret}
            </LinkButton>
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
          </Cluster>
        ),
    },
  ];
}

const areaNames = (areas: ApiClient["areas"]): string =>
  areas === null ? texts.allAreas : areas.map((area) => areaTexts[area] ?? area).join(", ");

const MayDo: FC<{ client: ApiClient }> = ({ client: { role, access, areas, actsAs } }) => (
  <>
    {roles[role].label}
    <p class="field-hint">{texts.mayDo(accesses[access].label, areaNames(areas))}</p>
    {actsAs !== null && actsAs !== role && (
      <p class="field-hint">{texts.actsAs(roles[actsAs].label)}</p>
    )}
  </>
);

const State: FC<{ client: ApiClient }> = ({ client: { revokedAt, actsAs, createdBy } }) => {
  if (revokedAt) return <Badge tone="neutral">{texts.revoked}</Badge>;
  if (actsAs !== null) return <Badge tone="positive">{texts.active}</Badge>;
  return (
    <>
      <Badge tone="critical">{texts.stopped}</Badge>
      <p class="field-hint">{texts.stoppedHint(createdBy?.name ?? texts.makerGone)}</p>
    </>
  );
};

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

/** The same with a refusal above it. */
export const ConfirmSecret: FormScreen<ApiClient> = ({ data, problems }) => {
  const refusal = Object.values(problems)[0];
  return (
    <>
      <PageHeader
        title={texts.newSecretTitle(data.name)}
        breadcrumbs={[{ label: texts.title, href: "/api-clients" }]}
      />
      <Stack>
        {refusal !== undefined && <Notice kind="error">{refusal}</Notice>}
        <Card>
          <ConfirmForm
            action={`/api-clients/${data.id}/secret`}
            method="post"
            submit={texts.newSecret}
            cancel={<LinkButton href="/api-clients">{texts.cancel}</LinkButton>}
          >
            <p>{texts.newSecretBody}</p>
          </ConfirmForm>
        </Card>
      </Stack>
    </>
  );
};

export const ConfirmSecretPage: Screen<ApiClient> = ({ data, view }) => (
  <ConfirmSecret data={data} view={view} values={{}} problems={{}} />
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
        <Radios
          name="access"
          label={texts.access}
          options={Object.entries(accesses).map(([value, access]) => ({ value, ...access }))}
        />
        <Fieldset legend={texts.areas} hint={texts.areasHint}>
          {areas.map((area) => (
            <Checkbox name="areas" value={area} label={areaTexts[area] ?? area} />
          ))}
        </Fieldset>
      </Form>
    </Card>
  </>
);

export const CreatedPage: PageScreen<CreatedApiClient, unknown> = (props) => (
  <SecretOnce {...props} title={texts.createdTitle(props.data.name)} />
);
export const ReplacedPage: PageScreen<CreatedApiClient, ApiClient> = (props) => (
  <SecretOnce {...props} title={texts.replacedTitle(props.data.name)} />
);

const SecretOnce: FC<{ data: CreatedApiClient; view: View; title: string }> = ({
  data,
  view,
  title,
}) => (
  <>
    <PageHeader title={title} breadcrumbs={[{ label: texts.title, href: "/api-clients" }]} />
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
