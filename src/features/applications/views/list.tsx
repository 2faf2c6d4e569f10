// The list of applications: the page, and the rows that a search replaces.
import type { Screen } from "#platform/http/view.ts";
import {
  Badge,
  type Column,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  SearchBox,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import type { z } from "zod";
import type { ApplicationList, ApplicationSummary } from "../schema.ts";
import { texts } from "../texts.ts";

type List = z.output<typeof ApplicationList>;

const typedQuery = (query: string) => new URLSearchParams(query).get("q") ?? "";

export const ApplicationsPage: Screen<List> = ({ data, view }) => (
  <Stack>
    <PageHeader
      title={texts.title}
      description={texts.lead}
      actions={
        view.viewer?.can("applications.manage") && (
          <LinkButton kind="primary" icon="plus" href="/applications/new">
            {texts.register}
          </LinkButton>
        )
      }
    />
    <SearchBox
      action="/applications"
      label={texts.search}
      value={typedQuery(view.query)}
      region="application-rows"
    />
    <ApplicationRows data={data} view={view} />
  </Stack>
);

export const ApplicationRows: Screen<List> = ({ data, view }) => {
  const q = typedQuery(view.query);
  return (
    <ListRegion id="application-rows">
      {data.items.length > 0 ? (
        <DataTable
          caption={texts.title}
          rows={data.items}
          href={(row) => `/applications/${row.id}`}
          columns={columns(view.viewer?.zone ?? "UTC", view.now)}
        />
      ) : q ? (
        <EmptyState
          icon="search"
          title={texts.nothingFound(q)}
          action={<LinkButton href="/applications">{texts.clearSearch}</LinkButton>}
        >
          {texts.nothingFoundHint}
        </EmptyState>
      ) : (
        <EmptyState
          icon="apps"
          title={texts.emptyTitle}
          action={
            view.viewer?.can("applications.manage") && (
              <LinkButton kind="primary" href="/applications/new">
                {texts.register}
              </LinkButton>
            )
          }
        >
          {texts.emptyHint}
        </EmptyState>
      )}
      <Pager path="/applications" query={{ q }} next={data.next} region="application-rows" />
    </ListRegion>
  );
};

function columns(zone: string, now: Date): Column<ApplicationSummary>[] {
  return [
    { label: texts.name, cell: (row) => row.name },
    { label: texts.status, cell: (row) => <EnabledBadge isEnabled={row.isEnabled} /> },
    { label: texts.access, cell: (row) => accessText(row) },
    {
      label: texts.registeredAt,
      secondary: true,
      cell: (row) => <Time at={row.createdAt} zone={zone} now={now} />,
    },
  ];
}

export const EnabledBadge = ({ isEnabled }: { isEnabled: boolean }) => (
  <Badge tone={isEnabled ? "positive" : "neutral"}>
    {isEnabled ? texts.enabled : texts.disabled}
  </Badge>
);

/** Who may use it, in two words. */
export function accessText({
  availableToAll,
  groupCount,
}: Pick<ApplicationSummary, "availableToAll" | "groupCount">) {
  if (availableToAll) return texts.accessAll;
  return groupCount > 0 ? texts.accessGroups(groupCount) : texts.accessNone;
}
