// The list of connections.
import type { z } from "zod";
import type { Screen } from "#platform/http/view.ts";
import {
  Badge,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  Stack,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import { presets } from "../presets.ts";
import type { ProviderList, ProviderSummary } from "../schema.ts";
import { texts } from "../texts.ts";

type List = z.output<typeof ProviderList>;

const Add = () => (
  <LinkButton kind="primary" icon="plus" href="/identity-providers/new">
    {texts.add}
  </LinkButton>
);

export const ProvidersPage: Screen<List> = ({ data, view }) => (
  <Stack>
    <PageHeader
      title={texts.title}
      description={texts.lead}
      actions={data.items.length > 0 && <Add />}
    />
    <ProviderRows data={data} view={view} />
  </Stack>
);

export const ProviderRows: Screen<List> = ({ data, view }) => (
  <ListRegion id="providers">
    {data.items.length > 0 ? (
      <DataTable
        caption={texts.title}
        rows={data.items}
        href={(row) => `/identity-providers/${row.id}`}
        columns={columns(view.viewer?.zone ?? "UTC", view.now)}
      />
    ) : (
      <EmptyState icon="sign-in" title={texts.emptyTitle} action={<Add />}>
        {texts.emptyHint}
      </EmptyState>
    )}
    <Pager path="/identity-providers" query={{}} next={data.next} region="providers" />
  </ListRegion>
);

const columns = (zone: string, now: Date): Column<ProviderSummary>[] => [
  { label: texts.name, cell: (row) => row.name },
  { label: texts.preset, secondary: true, cell: ({ preset }) => presets[preset].title },
  { label: texts.status, cell: (row) => <StateBadges provider={row} /> },
  { label: texts.domains, cell: (row) => domainsText(row.domains) },
  { label: texts.people, cell: (row) => String(row.peopleCount), tight: true },
  {
    label: texts.addedAt,
    secondary: true,
    cell: (row) => <Time at={row.createdAt} zone={zone} now={now} />,
  },
];

function domainsText(domains: readonly string[]): string {
  const [first, ...others] = domains;
  if (first === undefined) return texts.noDomains;
  return others.length === 0 ? first : texts.andMore(first, others.length);
}

const states: Readonly<Record<ProviderSummary["state"], { tone: Tone; text: string }>> = {
  draft: { tone: "caution", text: texts.draft },
  enabled: { tone: "positive", text: texts.enabled },
  disabled: { tone: "neutral", text: texts.disabled },
};

export const StateBadges = ({
  provider: { state, isDefault },
}: {
  provider: Pick<ProviderSummary, "state" | "isDefault">;
}) => (
  <Cluster>
    <Badge tone={states[state].tone}>{states[state].text}</Badge>
    {isDefault && <Badge tone="accent">{texts.isDefaultBadge}</Badge>}
  </Cluster>
);
