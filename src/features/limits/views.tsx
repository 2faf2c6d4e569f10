// Reached limits as pages.
import type { Screen, View } from "#platform/http/view.ts";
import {
  Card,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  SearchBox,
  Time,
} from "#platform/ui/index.ts";
import type { Person, ReachedLimit, ReachedLimitList } from "./schema.ts";
import { texts } from "./texts.ts";

const path = "/limits";
const queryOf = (view: View) => Object.fromEntries(new URLSearchParams(view.query));
const pathOf = ({ id }: ReachedLimit) => `${path}/${id}`;

export const LimitsPage: Screen<ReachedLimitList> = ({ data, view }) => (
  <>
    <PageHeader title={texts.title} description={texts.lead} />
    <SearchBox
      action={path}
      label={texts.search}
      value={queryOf(view)["q"] ?? ""}
      region="limit-list"
    />
    <LimitRegion data={data} view={view} />
  </>
);

export const LimitRegion: Screen<ReachedLimitList> = ({ data, view }) => {
  const query = queryOf(view);
  const summary = texts.count(data.items.length);
  return (
    <ListRegion id="limit-list" announce={data.items.length === 0 ? texts.none : summary}>
      {data.items.length === 0 ? (
        <NoLimits isSearch={(query["q"] ?? "") !== "" || (query["cursor"] ?? "") !== ""} />
      ) : (
        <>
          <Card flush>
            <DataTable caption={texts.title} columns={columns(view)} rows={data.items} />
          </Card>
          <Pager path={path} query={query} next={data.next} summary={summary} region="limit-list" />
        </>
      )}
    </ListRegion>
  );
};

const NoLimits = ({ isSearch }: { isSearch: boolean }) =>
  isSearch ? (
    <EmptyState
      icon="search"
      title={texts.nothingFound}
      action={<LinkButton href={path}>{texts.showAll}</LinkButton>}
    >
      {texts.nothingFoundText}
    </EmptyState>
  ) : (
    <EmptyState icon="clock" title={texts.none}>
      {texts.noneText}
    </EmptyState>
  );

const columns = (view: View): readonly Column<ReachedLimit>[] => {
  const zone = view.viewer?.zone ?? "UTC";
  return [
    { label: texts.about, cell: ({ about }) => about },
    { label: texts.says, cell: ({ says }) => says },
    {
      label: texts.since,
      secondary: true,
      tight: true,
      cell: ({ since }) =>
        since === null ? "–" : <Time at={since} zone={zone} format="relative" now={view.now} />,
    },
    { label: texts.until, tight: true, cell: ({ until }) => <Time at={until} zone={zone} /> },
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: (limit) => (
        <ConfirmDialog
          id={`release-${limit.id.replace(/[.~]/g, "-")}`}
          trigger={texts.release}
          triggerLabel={texts.releaseOf(limit.about)}
          triggerKind="secondary"
          small
          danger={false}
          title={texts.releaseQuestion(limit.about)}
          action={pathOf(limit)}
          method="delete"
          submit={texts.release}
          page={`${pathOf(limit)}/release`}
        >
          <p>{texts.releaseConsequence}</p>
        </ConfirmDialog>
      ),
    },
  ];
};

/** The question of the dialog as a page. */
export const ReleasePage: Screen<ReachedLimit> = ({ data }) => (
  <>
    <PageHeader
      title={texts.releaseQuestion(data.about)}
      description={data.says}
      breadcrumbs={[{ href: path, label: texts.title }]}
    />
    <Card>
      <ConfirmForm
        action={pathOf(data)}
        method="delete"
        danger={false}
        submit={texts.release}
        cancel={<LinkButton href={path}>{texts.cancel}</LinkButton>}
      >
        <p>{texts.releaseConsequence}</p>
      </ConfirmForm>
    </Card>
  </>
);

export const ReleasePersonPage: Screen<Person> = ({ data: { userId, name } }) => (
  <>
    <PageHeader
      title={texts.releaseQuestion(name)}
      breadcrumbs={[{ href: `/users/${userId}`, label: name }]}
    />
    <Card>
      <ConfirmForm
        action={`/users/${userId}/limits`}
        method="delete"
        danger={false}
        submit={texts.release}
        cancel={<LinkButton href={`/users/${userId}`}>{texts.cancel}</LinkButton>}
      >
        <p>{texts.releaseConsequence}</p>
      </ConfirmForm>
    </Card>
  </>
);
