// One person's passkeys, for administrators.
import type { Screen, View } from "#platform/http/view.ts";
import {
  Card,
  Cluster,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import type { Passkey, PasskeyList } from "./schema.ts";
import { texts } from "./texts.ts";

type Owner = PasskeyList["user"];

const pathOf = ({ id }: Owner) => `/users/${id}/passkeys`;
const breadcrumbsTo = (user: Owner) => [
  { href: "/users", label: texts.people },
  { href: `/users/${user.id}`, label: user.name },
];

export const UserPasskeysPage: Screen<PasskeyList> = ({ data, view }) => {
  const { user, passkeys } = data;
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.titleOf(user.name)}
        description={texts.lead}
        breadcrumbs={breadcrumbsTo(user)}
      />
      {passkeys.some(({ suspendedAt }) => suspendedAt !== null) && (
        <Notice kind="warning">{texts.suspendedNotice}</Notice>
      )}
      {passkeys.length === 0 ? (
        <EmptyState icon="fingerprint" title={texts.none}>
          {texts.noneText}
        </EmptyState>
      ) : (
        <Card flush>
          <DataTable caption={texts.list} columns={columns(data, view)} rows={passkeys} />
        </Card>
      )}
    </Stack>
  );
};

function columns({ user, mayRevoke }: PasskeyList, view: View): readonly Column<Passkey>[] {
  const zone = view.viewer?.zone ?? "UTC";
  const shown: Column<Passkey>[] = [
    {
      label: texts.name,
      cell: ({ name, suspendedAt }) => (
        <Cluster>
          <span>{name}</span>
          {suspendedAt !== null && (
            <Status tone="critical">
              {texts.suspendedSince} <Time at={suspendedAt} zone={zone} format="date" />
            </Status>
          )}
        </Cluster>
      ),
    },
    { label: texts.model, secondary: true, cell: ({ model }) => model ?? texts.modelUnknown },
    { label: texts.kept, secondary: true, cell: keptText },
    {
      label: texts.created,
      secondary: true,
      cell: ({ createdAt }) => <Time at={createdAt} zone={zone} format="date" />,
    },
    {
      label: texts.lastUsed,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          texts.never
        ) : (
          <Time at={lastUsedAt} zone={zone} format="relative" now={view.now} />
        ),
    },
  ];
  if (!mayRevoke) return shown;
  return [
    ...shown,
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (passkey) => <Revoke user={user} passkey={passkey} />,
    },
  ];
}

const keptText = ({ isSyncable, isBackedUp }: Passkey): string =>
  isSyncable ? (isBackedUp ? texts.synced : texts.syncable) : texts.bound;

/** A person's passkey that an administrator is about to revoke. */
export interface Revocation {
  readonly user: Owner;
  readonly passkey: Passkey;
}

function Revoke({ user, passkey: { id, name } }: Revocation) {
  return (
    <ConfirmDialog
      id={`revoke-${id}`}
      trigger={texts.revoke}
      triggerLabel={texts.revokeOf(name)}
      triggerKind="secondary"
      small
      title={texts.revokeQuestion(name)}
      action={`${pathOf(user)}/${id}`}
      method="delete"
      submit={texts.revoke}
      page={`${pathOf(user)}/${id}/revocation`}
    >
      <p>{texts.revokeConsequence(user.name)}</p>
    </ConfirmDialog>
  );
}

/** The question of the dialog as a page, for browsers that do not open dialogs by HTML alone. */
export const RevocationPage: Screen<Revocation> = ({ data: { user, passkey } }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.revokeQuestion(passkey.name)}
      breadcrumbs={[...breadcrumbsTo(user), { href: pathOf(user), label: texts.list }]}
    />
    <Card>
      <ConfirmForm
        action={`${pathOf(user)}/${passkey.id}`}
        method="delete"
        submit={texts.revoke}
        cancel={<LinkButton href={pathOf(user)}>{texts.cancel}</LinkButton>}
      >
        <p>{texts.revokeConsequence(user.name)}</p>
      </ConfirmForm>
    </Card>
  </Stack>
);
