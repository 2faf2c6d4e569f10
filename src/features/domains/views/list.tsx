// The list of domains.
import type { Screen } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import { type Domain, type DomainList, domainsMost } from "../schema.ts";
import { texts } from "../texts.ts";

export const domainsPath = "/settings/domains";
export const pathOf = ({ id }: Pick<Domain, "id">) => `${domainsPath}/${id}`;

const Add = () => (
  <LinkButton kind="primary" icon="plus" href={`${domainsPath}/new`}>
    {texts.add}
  </LinkButton>
);

export const DomainsPage: Screen<DomainList> = ({ data: { items }, view }) => {
  const mayAdd = view.viewer?.can("domains.manage") === true && items.length < domainsMost;
  return (
    <>
      <PageHeader
        title={texts.title}
        description={texts.lead}
        actions={mayAdd && items.length > 0 ? <Add /> : undefined}
      />
      {items.length === 0 ? (
        <EmptyState icon="globe" title={texts.none} action={mayAdd ? <Add /> : undefined}>
          {texts.noneText}
        </EmptyState>
      ) : (
        <Stack>
          {items.length >= domainsMost && <Notice>{texts.full(domainsMost)}</Notice>}
          <Card flush>
            <DataTable
              caption={texts.title}
              columns={columns(view.viewer?.zone ?? "UTC")}
              rows={items}
              href={pathOf}
            />
          </Card>
        </Stack>
      )}
    </>
  );
};

export function ProofStatus({
  domain: { provedAt, recordMissingSince },
}: {
  domain: Pick<Domain, "provedAt" | "recordMissingSince">;
}) {
  if (provedAt === null) return <Status tone="caution">{texts.waiting}</Status>;
  if (recordMissingSince !== null) return <Status tone="caution">{texts.provedMissing}</Status>;
  return <Status tone="positive">{texts.proved}</Status>;
}

const columns = (zone: string): readonly Column<Domain>[] => [
  { label: texts.domain, cell: ({ domain }) => domain },
  { label: texts.state, tight: true, cell: (domain) => <ProofStatus domain={domain} /> },
  { label: texts.groups, tight: true, align: "end", cell: ({ groupCount }) => String(groupCount) },
  { label: texts.provider, cell: ({ provider }) => provider?.name ?? "–" },
  {
    label: texts.addedAt,
    secondary: true,
    tight: true,
    cell: ({ createdAt }) => <Time at={createdAt} zone={zone} format="date" />,
  },
];
