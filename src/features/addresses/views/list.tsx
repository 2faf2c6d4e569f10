// The list of a person's addresses: the same for themselves and for administrators, below another path.
import type { Child } from "hono/jsx";
import type { Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Badge,
  Card,
  Cluster,
  type Column,
  DataTable,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import {
  type Address,
  type AddressAction,
  type AddressList,
  addressesMost,
  type PendingAddress,
} from "../schema.ts";
import { texts } from "../texts.ts";

export const ownPath = "/profile/addresses";
export const pathOf = (userId: string): string => `/users/${userId}/addresses`;

export const OwnAddressesPage: Screen<AddressList> = ({ data, view }) => (
  <>
    <PageHeader
      title={texts.title}
      description={texts.description}
      breadcrumbs={[{ href: "/profile", label: texts.profile }]}
      actions={<Add list={data} path={ownPath} />}
    />
    <Addresses list={data} path={ownPath} view={view} />
  </>
);

export const AddressesPage: Screen<AddressList> = ({ data, view }) => {
  const { user } = data;
  return (
    <>
      <PageHeader
        title={texts.titleOf(user.name)}
        description={texts.descriptionOf}
        breadcrumbs={[
          { href: "/users", label: texts.users },
          { href: `/users/${user.id}`, label: user.name },
        ]}
        actions={<Add list={data} path={pathOf(user.id)} />}
      />
      <Addresses list={data} path={pathOf(user.id)} view={view} />
    </>
  );
};

interface Of {
  readonly list: AddressList;
  readonly path: string;
}

const isFull = ({ addresses, pending }: AddressList) =>
  addresses.length + pending.length >= addressesMost;

function Add({ list, path }: Of) {
  if (!list.allowedActions.includes("add") || isFull(list)) return null;
  return (
    <LinkButton href={`${path}/new`} kind="primary" icon="plus">
      {texts.add}
    </LinkButton>
  );
}

type Row =
  | { readonly kind: "address"; readonly address: Address }
  | { readonly kind: "pending"; readonly pending: PendingAddress };

function Addresses({ list, path, view }: Of & { view: View }) {
  const { addresses, pending, allowedActions, notGivenBecause } = list;
  const zone = view.viewer?.zone ?? "UTC";
  const columns: readonly Column<Row>[] = [
    { label: texts.address, cell: (row) => <Name row={row} /> },
    { label: texts.state, cell: (row) => <State row={row} zone={zone} /> },
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      cell: (row) => <Actions row={row} path={path} allowed={allowedActions} />,
    },
  ];
  const rows: readonly Row[] = [
    ...addresses.map((address) => ({ kind: "address" as const, address })),
    ...pending.map((each) => ({ kind: "pending" as const, pending: each })),
  ];
  return (
    <Stack>
      {allowedActions.includes("add") && isFull(list) && (
        <Notice>{texts.full(addressesMost)}</Notice>
      )}
      {notGivenBecause !== null && <Notice>{whyNot[notGivenBecause]}</Notice>}
      <Card flush>
        <DataTable caption={texts.caption} columns={columns} rows={rows} />
      </Card>
    </Stack>
  );
}

const whyNot: Record<NonNullable<AddressList["notGivenBecause"]>, string> = {
  role_not_higher: texts.roleNotHigher,
  person_not_active: texts.personNotActive,
};

function Name({ row }: { row: Row }) {
  if (row.kind === "pending") return row.pending.email;
  return (
    <Cluster>
      <span>{row.address.email}</span>
      {row.address.isPrimary && <Badge>{texts.primary}</Badge>}
    </Cluster>
  );
}

function State({ row, zone }: { row: Row; zone: string }) {
  if (row.kind === "pending")
    return (
      <Stack gap="small">
        <Status tone="caution">{texts.waiting}</Status>
        <span>
          {texts.until} <Time at={row.pending.expiresAt} zone={zone} />
        </span>
      </Stack>
    );
  return row.address.verifiedAt === null ? (
    <Status tone="caution">{texts.unverified}</Status>
  ) : (
    <Status tone="positive">
      {row.address.byDomain ? texts.verifiedByDomain : texts.verified}
    </Status>
  );
}

interface ActionsProps {
  readonly row: Row;
  readonly path: string;
  readonly allowed: readonly AddressAction[];
}

function Actions({ row, path, allowed }: ActionsProps): Child {
  if (row.kind === "pending")
    return <OfPending pending={row.pending} path={path} allowed={allowed} />;
  const { id, email, isPrimary, verifiedAt } = row.address;
  if (isPrimary) return null;
  return (
    <Cluster>
      {allowed.includes("promote") && verifiedAt !== null && (
        <LinkButton small href={`${path}/${id}/primary`} label={texts.makePrimaryOf(email)}>
          {texts.makePrimary}
        </LinkButton>
      )}
      {allowed.includes("remove") && (
        <LinkButton small href={`${path}/${id}/removal`} label={texts.removeOf(email)}>
          {texts.remove}
        </LinkButton>
      )}
    </Cluster>
  );
}

function OfPending({
  pending: { id, email },
  path,
  allowed,
}: Omit<ActionsProps, "row"> & { pending: PendingAddress }) {
  const one = `${path}/pending/${id}`;
  return (
    <Cluster>
      {allowed.includes("add") && (
        <ActionButton small action={`${one}/mail`} label={texts.resendTo(email)}>
          {texts.resend}
        </ActionButton>
      )}
      {allowed.includes("remove") && (
        <ActionButton small action={one} method="delete" label={texts.cancelOf(email)}>
          {texts.cancel}
        </ActionButton>
      )}
    </Cluster>
  );
}
