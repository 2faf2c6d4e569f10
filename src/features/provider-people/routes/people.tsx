// Who comes by a provider, and how one person comes in: for super administrators alone.
import {
  findProvider,
  listEnabledProviders,
  type Route,
} from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { listProviderValues } from "#features/attributes/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { type By, decideWay, removeFrom, withdrawWord } from "../actions/ways.ts";
import {
  anewProblem,
  findCandidates,
  hasVerifiedAddress,
  listPeople,
  personWays,
} from "../queries.ts";
import {
  Decision,
  DecisionQuery,
  PeopleFilter,
  PersonParams,
  PersonWays,
  ProviderParams,
  ProviderPeople,
  ProviderValues,
  Removal,
  Search,
  UserParams,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { AssignPage, CandidateRegion } from "../views/assign.tsx";
import { PeoplePage, PeopleRegion } from "../views/people.tsx";
import { RemovalForm, WaysForm } from "../views/ways.tsx";

const provided = "/identity-providers/:providerId/people";
const person = "/users/:userId/identity-provider";
const manage = { permit: "identity_providers.manage" } as const;
const change = { ...manage, fresh: true } as const;

type Asked<P> = Pick<Handling<P>, "tenant" | "params">;

const nameOf = ({ tenant, params }: Asked<{ providerId: IdentityProviderId }>): Promise<Route> =>
  tenant.read(async (db) => {
    const { id, name } = await findProvider(db, params.providerId);
    return { id, name };
  });

const ways = async (db: TenantDb, userId: UserId) => ({
  person: await personWays(db, userId),
  providers: await listEnabledProviders(db),
  hasConfirmedAddress: await hasVerifiedAddress(db, userId, { byMailbox: true }),
});

const ofPerson = ({ tenant, params }: Asked<{ userId: UserId }>) =>
  tenant.read((db) => ways(db, params.userId));

const ofBoth = async (
  asked: Asked<{ userId: UserId; providerId: IdentityProviderId }> & { readonly now: Date },
) => {
  const provider = await nameOf(asked);
  return asked.tenant.read(async (db) => {
    const found = await ways(db, asked.params.userId);
    const isEnabled = found.providers.some(({ id }) => id === provider.id);
    const place = { providerId: provider.id, isEnabled };
    return {
      ...found,
      provider,
      noWayAgain: await anewProblem(db, found.person, place, asked.now),
    };
  });
};

/** Decides, and answers how the person comes in by now. */
const decide = (
  { tenant, actor, post, now, params }: Handling<{ userId: UserId }, unknown>,
  body: (by: By) => Promise<void>,
): Promise<PersonWays> =>
  tenant.write(async (db) => {
    await body({ db, actor, post, now });
    return personWays(db, params.userId);
  });

export const providerPeopleRoutes = routes()
  .on("get", provided, {
    ...manage,
    params: ProviderParams,
    input: PeopleFilter,
    reply: ProviderPeople,
    summary: "People who come by an identity provider, or were sent to it and have not come yet",
    title: texts.people,
    handle: ({ tenant, params: { providerId }, input }) =>
      tenant.read(async (db) => {
        await findProvider(db, providerId);
        return listPeople(db, providerId, input);
      }),
    load: nameOf,
    page: PeoplePage,
    fragments: { people: PeopleRegion },
  })
  .screen("get", `${provided}/new`, {
    ...manage,
    params: ProviderParams,
    input: Search,
    title: texts.assign,
    handle: async (handling) => {
      const { tenant, params, input } = handling;
      const provider = await nameOf(handling);
      const found = await tenant.read((db) => findCandidates(db, params.providerId, input.q));
      return { provider, found, q: input.q };
    },
    page: AssignPage,
    fragments: { candidates: CandidateRegion },
  })
  .screen("get", `${provided}/:userId`, {
    ...change,
    params: PersonParams,
    title: ({ person: { name } }: { person: PersonWays }) => texts.waysTitle(name),
    handle: async (handling) => ({ ...(await ofBoth(handling)), values: {} }),
    form: RemovalForm,
  })
  .on("delete", `${provided}/:userId`, {
    ...change,
    params: PersonParams,
    input: Removal,
    reply: PersonWays,
    summary:
      "Take a person away from an identity provider, saying how they are to come in instead: password, provider, again, or deactivation",
    title: ({ person: { name } }: { person: PersonWays }) => texts.waysTitle(name),
    handle: (handling) =>
      decide(handling, (by) => removeFrom(by, { ...handling.params, ...handling.input })),
    form: RemovalForm,
    load: ofBoth,
    next: (_, { providerId }) => `/identity-providers/${providerId}/people`,
    notice: () => texts.removed,
  })
  .on("get", person, {
    ...manage,
    params: UserParams,
    reply: PersonWays,
    summary: "How a person comes in: by which identity providers, and what was decided",
    handle: ({ tenant, params: { userId } }) => tenant.read((db) => personWays(db, userId)),
    next: ({ userId }) => `/users/${userId}`,
  })
  .on("get", `${person}/attributes`, {
    permit: "users.read",
    params: UserParams,
    reply: ProviderValues,
    summary: "What identity providers said of a person’s attributes at their last sign-ins",
    handle: ({ tenant, params: { userId } }) =>
      tenant.read(async (db) => {
        await personWays(db, userId);
        return { items: await listProviderValues(db, userId) };
      }),
    next: (_, { userId }) => `/users/${userId}`,
  })
  .screen("get", `${person}/edit`, {
    ...change,
    params: UserParams,
    input: DecisionQuery,
    title: ({ person: { name } }: { person: PersonWays }) => texts.waysTitle(name),
    handle: async (handling) => {
      const found = await ofPerson(handling);
      const { identityProviderId = found.person.word?.provider?.id } = handling.input;
      const way = identityProviderId === undefined ? "" : "provider";
      return { ...found, values: { way, identityProviderId } };
    },
    form: WaysForm,
  })
  .on("put", person, {
    ...change,
    params: UserParams,
    input: Decision,
    reply: PersonWays,
    summary: "Decide how a person comes in: by one identity provider alone, or with a password",
    title: ({ person: { name } }: { person: PersonWays }) => texts.waysTitle(name),
    handle: (handling) =>
      decide(handling, (by) => decideWay(by, { ...handling.params, ...handling.input })),
    form: WaysForm,
    load: ofPerson,
    next: ({ userId }) => `/users/${userId}`,
    notice: () => texts.saved,
  })
  .on("delete", person, {
    ...change,
    params: UserParams,
    reply: PersonWays,
    summary: "Withdraw what was decided: where the person’s address leads decides again",
    handle: (handling) => decide(handling, (by) => withdrawWord(by, handling.params.userId)),
    next: ({ userId }) => `/users/${userId}`,
    notice: () => texts.withdrawn,
  });
