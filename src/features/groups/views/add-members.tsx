// Adding people to a group: search, tick, add. Works without script; with it the search answers while typing.
import type { FormScreen, Problems, Screen, Values } from "#platform/http/view.ts";
import {
  Card,
  Checkbox,
  EmptyState,
  Fieldset,
  Form,
  LinkButton,
  ListRegion,
  PageHeader,
  Person,
  SearchBox,
} from "#platform/ui/index.ts";
import type { Candidates as Found, Group } from "../schema.ts";
import { texts } from "../texts.ts";

interface Adding {
  readonly group: Group;
  readonly found: Found;
  readonly q: string;
}

export const AddMembersPage: FormScreen<Adding> = ({ data, values, problems }) => {
  const page = `/groups/${data.group.id}`;
  return (
    <>
      <PageHeader
        title={texts.addTitle(data.group.name)}
        description={texts.addLead}
        breadcrumbs={[
          { href: "/groups", label: texts.title },
          { href: page, label: data.group.name },
        ]}
      />
      <SearchBox
        action={`${page}/members/new`}
        label={texts.searchPeople}
        value={data.q}
        region="candidates"
      />
      <Region data={data} values={values} problems={problems} />
    </>
  );
};

export const Candidates: Screen<Adding> = ({ data }) => (
  <Region data={data} values={{}} problems={{}} />
);

function Region({ data, values, problems }: { data: Adding; values: Values; problems: Problems }) {
  const { group, found, q } = data;
  const page = `/groups/${group.id}`;
  return (
    <ListRegion id="candidates" announce={texts.people(found.people.length)}>
      {found.people.length === 0 ? (
        <Nobody searched={q !== ""} page={page} />
      ) : (
        <Card>
          <Form
            action={`${page}/members`}
            submit={texts.addChosen}
            values={values}
            problems={problems["userIds"] === undefined ? problems : { "": problems["userIds"] }}
            cancel={page}
          >
            <Fieldset
              legend={texts.choose}
              hint={found.hasMore ? texts.moreFound(found.people.length) : undefined}
            >
              {found.people.map(({ id, name, email }) => (
                <Checkbox name="userIds" value={id} label={<Person name={name} detail={email} />} />
              ))}
            </Fieldset>
          </Form>
        </Card>
      )}
    </ListRegion>
  );
}

function Nobody({ searched, page }: { searched: boolean; page: string }) {
  if (searched)
    return (
      <EmptyState
        icon="search"
        title={texts.nobodyFound}
        action={<LinkButton href={`${page}/members/new`}>{texts.showEverybody}</LinkButton>}
      >
        {texts.noMemberFoundText}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="users"
      title={texts.nobodyLeft}
      action={<LinkButton href="/users/new">{texts.invite}</LinkButton>}
    >
      {texts.nobodyLeftText}
    </EmptyState>
  );
}
