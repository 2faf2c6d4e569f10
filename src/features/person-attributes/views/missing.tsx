// Who lacks an attribute that is asked for: a list to search, to choose from, and to ask.
import { attributeName } from "#features/attributes/index.ts";
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Badge,
  Card,
  Checkbox,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  FilterSelect,
  Form,
  LinkButton,
  ListRegion,
  PageHeader,
  Pager,
  SearchBox,
  Stack,
  Status,
} from "#platform/ui/index.ts";
import type { Lacking, LackingList } from "../schema.ts";
import { texts } from "../texts.ts";

export const missingPath = "/users/missing-attributes";
const askedPath = `${missingPath}/asked`;

const queryOf = (view: View): Readonly<Record<string, string>> =>
  view.path === missingPath ? Object.fromEntries(new URLSearchParams(view.query)) : {};

const isNarrowed = (view: View): boolean =>
  ["q", "only", "cursor"].some((name) => (queryOf(view)[name] ?? "") !== "");

export const LackingPage: FormScreen<LackingList> = ({ data, view, values, problems }) => {
  const query = queryOf(view);
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.missingTitle}
        description={texts.missingLead}
        breadcrumbs={[{ href: "/users", label: texts.users }]}
        actions={
          view.viewer?.can("settings.manage") === true ? (
            <LinkButton icon="settings" href="/settings/attributes">
              {texts.settings}
            </LinkButton>
          ) : undefined
        }
      />
      <SearchBox
        action={missingPath}
        label={texts.search}
        value={query["q"] ?? ""}
        region="lacking"
      >
        <FilterSelect
          name="only"
          label={texts.only}
          value={query["only"]}
          options={[
            { value: "", label: texts.anybody },
            { value: "own", label: texts.onlyOwn },
            { value: "kept", label: texts.onlyKept },
            { value: "asked", label: texts.onlyAsked },
          ]}
        />
      </SearchBox>
      <List data={data} view={view} values={values} problems={problems} />
      {view.viewer?.can("users.manage") === true && (data.items.length > 0 || isNarrowed(view)) && (
        <Everybody />
      )}
    </Stack>
  );
};

/** What a search or another page replaces. */
export const LackingRegion: Screen<LackingList> = ({ data, view }) => (
  <List data={data} view={view} values={{}} problems={{}} />
);

const List: FormScreen<LackingList> = ({ data, view, values, problems }) => {
  const summary = texts.count(data.items.length);
  const mayAsk = view.viewer?.can("users.manage") === true;
  const table = (
    <Card flush>
      <DataTable
        caption={texts.missingTitle}
        columns={mayAsk ? [...columns, chosen] : columns}
        rows={data.items}
      />
    </Card>
  );
  return (
    <ListRegion id="lacking" announce={data.items.length === 0 ? texts.nobodyFound : summary}>
      {data.items.length === 0 ? (
        <Nobody view={view} />
      ) : (
        <>
          {mayAsk ? (
            <Form
              action={askedPath}
              submit={texts.askChosen}
              submitKind="secondary"
              values={values}
              problems={problems}
            >
              {table}
            </Form>
          ) : (
            table
          )}
          <Pager
            path={missingPath}
            query={queryOf(view)}
            next={data.next}
            summary={summary}
            region="lacking"
          />
        </>
      )}
    </ListRegion>
  );
};

const columns: readonly Column<Lacking>[] = [
  {
    label: texts.person,
    cell: ({ id, name, email }) => (
      <span>
        <a href={`/users/${id}/attributes`}>{name}</a>
        <br />
        <small>{email}</small>
      </span>
    ),
  },
  {
    label: texts.missing,
    cell: ({ missing }) => (
      <Cluster>
        {missing.map(({ key, isLocked }) => (
          <Badge tone={isLocked ? "caution" : "neutral"}>
            {isLocked ? `${attributeName(key)} (${texts.locked})` : attributeName(key)}
          </Badge>
        ))}
      </Cluster>
    ),
  },
  {
    label: texts.asked,
    tight: true,
    cell: ({ askedAt, state }) => (
      <Cluster>
        <Status tone={askedAt === null ? "neutral" : "positive"}>
          {askedAt === null ? texts.notAsked : texts.asked}
        </Status>
        {state === "invited" && <Badge>{texts.invited}</Badge>}
      </Cluster>
    ),
  },
];

const chosen: Column<Lacking> = {
  label: texts.chosen,
  tight: true,
  cell: ({ id, name, mayBeAsked }) =>
    mayBeAsked && (
      <Checkbox
        name="userIds"
        value={id}
        label={<span class="visually-hidden">{texts.choose(name)}</span>}
      />
    ),
};

function Nobody({ view }: { view: View }) {
  if (!isNarrowed(view))
    return (
      <EmptyState icon="success" title={texts.nobodyTitle}>
        {texts.nobodyHint}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="search"
      title={texts.nobodyFound}
      action={<LinkButton href={missingPath}>{texts.showAll}</LinkButton>}
    >
      {texts.nobodyFoundHint}
    </EmptyState>
  );
}

const Everybody = () => (
  <Card title={texts.everybody}>
    <Stack>
      <p>{texts.askEverybodyText}</p>
      <Form
        action={askedPath}
        id="everybody"
        hidden={{ everyone: "on" }}
        submit={texts.askEverybody}
        submitKind="secondary"
      />
      <p>{texts.takeBackAllText}</p>
      <ActionButton action={askedPath} method="delete">
        {texts.takeBackAll}
      </ActionButton>
    </Stack>
  </Card>
);
