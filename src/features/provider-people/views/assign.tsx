// Choosing whom to send to a provider: search, choose, then the page that asks how the person is to come in.
import type { Route } from "#features/identity-providers/index.ts";
import type { Screen } from "#platform/http/view.ts";
import {
  addressOf,
  Card,
  DataTable,
  EmptyState,
  LinkButton,
  ListRegion,
  PageHeader,
  Person,
  SearchBox,
} from "#platform/ui/index.ts";
import type { UserId } from "#src/ids.ts";
import { texts } from "../texts.ts";

interface Candidate {
  readonly id: UserId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}
interface Assigning {
  readonly provider: Route;
  readonly found: { readonly people: readonly Candidate[]; readonly hasMore: boolean };
  readonly q: string;
}

export const AssignPage: Screen<Assigning> = ({ data, view }) => {
  const { provider, q } = data;
  const path = `/identity-providers/${provider.id}`;
  return (
    <>
      <PageHeader
        title={texts.assignTitle(provider.name)}
        description={texts.assignLead}
        breadcrumbs={[
          { href: "/identity-providers", label: texts.providers },
          { href: path, label: provider.name },
          { href: `${path}/people`, label: texts.people },
        ]}
      />
      <SearchBox
        action={`${path}/people/new`}
        label={texts.searchPeople}
        value={q}
        region="candidates"
      />
      <CandidateRegion data={data} view={view} />
    </>
  );
};

const nameOf = ({ firstName, lastName }: Candidate) => `${firstName} ${lastName}`;

export const CandidateRegion: Screen<Assigning> = ({ data: { provider, found, q } }) => (
  <ListRegion id="candidates" announce={texts.shown(found.people.length)}>
    {found.people.length === 0 ? (
      <EmptyState
        icon={q === "" ? "users" : "search"}
        title={q === "" ? texts.nobodyLeft : texts.peopleNotFound}
      >
        {q === "" ? texts.nobodyLeftText : texts.peopleNotFoundText}
      </EmptyState>
    ) : (
      <Card flush footer={found.hasMore ? texts.moreFound(found.people.length) : undefined}>
        <DataTable
          caption={texts.people}
          rows={found.people}
          columns={[
            {
              label: texts.person,
              cell: (person) => <Person name={nameOf(person)} detail={person.email} />,
            },
            {
              label: texts.choose,
              labelHidden: true,
              align: "end",
              tight: true,
              cell: (person) => (
                <LinkButton
                  small
                  label={texts.chooseOf(nameOf(person))}
                  href={addressOf(`/users/${person.id}/identity-provider/edit`, {
                    identityProviderId: provider.id,
                  })}
                >
                  {texts.choose}
                </LinkButton>
              ),
            },
          ]}
        />
      </Card>
    )}
  </ListRegion>
);
