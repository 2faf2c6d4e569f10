// The groups that a provider gives: for super administrators alone.
import { findProvider } from "#features/identity-providers/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { mapValue, setGroups, unmapValue } from "../actions/groups.ts";
import { mappingNotFound } from "../errors.ts";
import {
  findMapping,
  groupChoices,
  groupSettings,
  listMappings,
  providerGroups,
} from "../queries.ts";
import {
  Gone,
  GroupSettings,
  MappingFilter,
  MappingList,
  MappingParams,
  NewMapping,
  ProviderGroups,
  ProviderParams,
} from "../schema.ts";
import { texts } from "../texts.ts";
import {
  type Around,
  GroupsForm,
  GroupsPage,
  MappingRegion,
  NewMappingForm,
} from "../views/groups.tsx";
import { UnmapPage } from "../views/unmap.tsx";

const path = "/identity-providers/:providerId/groups";
const manage = { permit: "identity_providers.manage" } as const;
const change = { ...manage, fresh: true } as const;
const first = { q: "", limit: 50 } as const;
const pageOf = (_: unknown, { providerId }: { providerId: string }) =>
  `/identity-providers/${providerId}/groups`;

type Asked = Pick<Handling<{ providerId: IdentityProviderId }>, "tenant" | "params">;

/** What the pages show around: the provider, and the groups to choose from. */
const around = ({ tenant, params }: Asked): Promise<Around> =>
  tenant.read(async (db) => {
    const { id, name } = await findProvider(db, params.providerId);
    return { provider: { id, name }, groups: await groupChoices(db, id) };
  });

export const providerGroupRoutes = routes()
  .on("get", path, {
    ...manage,
    params: ProviderParams,
    input: MappingFilter,
    reply: ProviderGroups,
    summary: "The groups that an identity provider gives, and what values of its claim stand for",
    title: texts.groups,
    handle: ({ tenant, params: { providerId }, input }) =>
      tenant.read(async (db) => {
        await findProvider(db, providerId);
        return providerGroups(db, providerId, input);
      }),
    load: around,
    page: GroupsPage,
    fragments: { mappings: MappingRegion },
  })
  .screen("get", `${path}/edit`, {
    ...change,
    params: ProviderParams,
    title: texts.groups,
    handle: async (handling) => {
      const { tenant, params } = handling;
      const choices = await around(handling);
      const { baseGroup, createsGroups, ...settings } = await tenant.read((db) =>
        groupSettings(db, params.providerId),
      );
      const values = {
        ...settings,
        baseGroupId: baseGroup?.id ?? "",
        groupsAttribute: settings.groupsAttribute ?? "",
        createsGroups: String(createsGroups),
      };
      return { ...choices, values };
    },
    form: GroupsForm,
  })
  .on("put", path, {
    ...change,
    params: ProviderParams,
    input: GroupSettings,
    reply: ProviderGroups,
    summary:
      "Set the groups that an identity provider gives: a base group for everybody, and the claim that names others",
    title: texts.groups,
    handle: ({ tenant, actor, params: { providerId }, input }) =>
      tenant.write(async (db) => {
        await setGroups(db, actor, providerId, input);
        return providerGroups(db, providerId, first);
      }),
    load: around,
    form: GroupsForm,
    next: pageOf,
    notice: () => texts.groupsSaved,
  })
  .screen("get", `${path}/mappings/new`, {
    ...change,
    params: ProviderParams,
    title: texts.addTitle,
    handle: async (handling) => ({ ...(await around(handling)), values: {} }),
    form: NewMappingForm,
  })
  .on("get", `${path}/mappings`, {
    ...manage,
    params: ProviderParams,
    input: MappingFilter,
    reply: MappingList,
    summary: "What values of an identity provider’s claim stand for",
    handle: ({ tenant, params: { providerId }, input }) =>
      tenant.read(async (db) => {
        await findProvider(db, providerId);
        return listMappings(db, providerId, input);
      }),
    next: pageOf,
  })
  .on("post", `${path}/mappings`, {
    ...change,
    params: ProviderParams,
    input: NewMapping,
    reply: MappingList,
    summary: "Say which group a value of an identity provider’s claim stands for",
    title: texts.addTitle,
    handle: ({ tenant, actor, params: { providerId }, input }) =>
      tenant.write(async (db) => {
        await mapValue(db, actor, providerId, input);
        return listMappings(db, providerId, first);
      }),
    load: around,
    form: NewMappingForm,
    next: pageOf,
    notice: () => texts.mapped,
  })
  .screen("get", `${path}/mappings/:providerGroupId`, {
    ...change,
    params: MappingParams,
    title: texts.unmap,
    handle: async (handling) => {
      const { tenant, params } = handling;
      const mapping = await tenant.read((db) => findMapping(db, params));
      if (mapping === null) throw mappingNotFound(params);
      return { ...(await around(handling)), mapping };
    },
    page: UnmapPage,
  })
  .on("delete", `${path}/mappings/:providerGroupId`, {
    ...change,
    params: MappingParams,
    reply: Gone,
    summary:
      "A value stands for its group no more: who has the group through it alone loses it at once",
    handle: ({ tenant, actor, params }) =>
      tenant.write(async (db) => {
        await unmapValue(db, actor, params);
        return {};
      }),
    next: pageOf,
    notice: () => texts.unmapped,
  });
