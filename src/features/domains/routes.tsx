// The organisation's domains. Administrators manage them; what puts people into groups asks for the right to do that.
import { z } from "zod";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { addPeople, linkGroup, unlinkGroup } from "./actions/groups.ts";
import { checkDomain } from "./actions/proof.ts";
import { addDomain, removeDomain } from "./actions/registry.ts";
import { domainNotProved } from "./errors.ts";
import { getDomain, getLink, linkableGroups, listDomains } from "./queries.ts";
import {
  DomainDetail,
  DomainList,
  DomainParams,
  Link,
  LinkParams,
  NewDomain,
  NewLink,
  PeopleAdded,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { DomainPage } from "./views/domain.tsx";
import { AddForm, AddPeoplePage, LinkForm, RemovalPage, UnlinkPage } from "./views/forms.tsx";
import { DomainsPage } from "./views/list.tsx";

const path = "/settings/domains";
const one = `${path}/:domainId`;
const link = `${one}/groups/:groupId`;
const pageOf = (_: unknown, { domainId }: DomainParams) => `${path}/${domainId}`;

const read = { permit: "domains.read" } as const;
const manage = { permit: "domains.manage" } as const;
// A linked group is a way into it: what adding people to it needs, this needs, of a person and of a script that is limited to some areas.
const give = { permit: "groups.manage" } as const;
const putIn = { ...give, fresh: true } as const;

type OfDomain = Pick<Handling<DomainParams>, "tenant" | "params" | "now">;
type OfLink = Pick<Handling<LinkParams>, "tenant" | "params" | "now">;

const detail = ({ tenant, params, now }: OfDomain): Promise<DomainDetail> =>
  tenant.read((db) => getDomain(db, params.domainId, now));
const linked = ({ tenant, params, now }: OfLink): Promise<Link> =>
  tenant.read((db) => getLink(db, params, now));
/** A domain, and the groups that it does not give yet. @throws {domainNotProved} */
const linking = ({ tenant, params, now }: OfDomain) =>
  tenant.read(async (db) => {
    const domain = await getDomain(db, params.domainId, now);
    if (domain.provedAt === null) throw domainNotProved(params);
    return { domain, choices: await linkableGroups(db, params.domainId) };
  });

export const domainRoutes = routes()
  .on("get", path, {
    ...read,
    summary: "The organisation’s e-mail domains",
    title: texts.title,
    reply: DomainList,
    handle: ({ tenant }) => tenant.read(listDomains),
    page: DomainsPage,
  })
  .screen("get", `${path}/new`, {
    ...manage,
    fresh: true,
    title: texts.addTitle,
    handle: () => Promise.resolve({ values: {} }),
    form: AddForm,
  })
  .on("post", path, {
    ...manage,
    fresh: true,
    summary: "Add an e-mail domain; it has no effect before it is proved",
    title: texts.addTitle,
    input: NewDomain,
    reply: DomainDetail,
    creates: true,
    handle: ({ tenant, actor, input, now }) =>
      tenant.write(async (db) => getDomain(db, await addDomain(db, actor, input), now)),
    form: AddForm,
    next: ({ id }) => `${path}/${id}`,
    notice: () => texts.addedNotice,
  })
  .on("get", one, {
    ...read,
    summary: "One domain: the record that proves it, the last check, and the groups that it gives",
    title: ({ domain }: DomainDetail) => domain,
    params: DomainParams,
    reply: DomainDetail,
    handle: detail,
    page: DomainPage,
  })
  .on("post", `${one}/check`, {
    ...manage,
    summary: "Look for the record that proves a domain; `lastCheck` says what was found",
    params: DomainParams,
    reply: DomainDetail,
    handle: ({ tenant, services, actor, post, params, now }) =>
      checkDomain({ tenant, dns: services.dns }, { ...params, actor, post, now }),
    next: pageOf,
  })
  .screen("get", `${one}/removal`, {
    ...manage,
    fresh: true,
    title: ({ domain }: DomainDetail) => texts.removeTitle(domain),
    params: DomainParams,
    handle: detail,
    page: RemovalPage,
  })
  .on("delete", one, {
    ...manage,
    fresh: true,
    summary: "Remove a domain: people keep their addresses and groups",
    params: DomainParams,
    reply: z.undefined(),
    handle: async ({ tenant, params, ...by }) => {
      await tenant.write((db) => removeDomain(db, by, params.domainId));
      return undefined;
    },
    next: () => path,
    notice: () => texts.removedNotice,
  })
  .screen("get", `${one}/groups/new`, {
    ...putIn,
    title: ({ domain }: { domain: DomainDetail }) => texts.linkTitle(domain.domain),
    params: DomainParams,
    handle: async (handling) => ({ ...(await linking(handling)), values: {} }),
    form: LinkForm,
  })
  .on("post", `${one}/groups`, {
    ...putIn,
    summary:
      "Link a group to a proved domain: whoever comes to have a verified address there is put into it",
    title: ({ domain }: { domain: DomainDetail }) => texts.linkTitle(domain.domain),
    params: DomainParams,
    input: NewLink,
    reply: Link,
    creates: true,
    handle: ({ tenant, params, input, ...by }) =>
      tenant.write(async (db) => {
        await linkGroup(db, by, { ...params, ...input });
        return getLink(db, { ...params, ...input }, by.now);
      }),
    form: LinkForm,
    load: linking,
    // Those who are here already are asked about next.
    next: ({ domain, group }) =>
      group.missingCount > 0
        ? `${path}/${domain.id}/groups/${group.id}/members`
        : `${path}/${domain.id}`,
    notice: () => texts.linkedNotice,
  })
  .screen("get", `${link}/members`, {
    ...putIn,
    title: ({ group }: Link) => texts.addPeopleTitle(group.missingCount, group.name),
    params: LinkParams,
    handle: linked,
    page: AddPeoplePage,
  })
  .on("post", `${link}/members`, {
    ...putIn,
    summary: "Put everybody who has a verified address at the domain into a linked group",
    params: LinkParams,
    reply: PeopleAdded,
    handle: ({ tenant, params, ...by }) =>
      tenant.write(async (db) => ({ addedCount: await addPeople(db, by, params) })),
    next: pageOf,
    notice: ({ addedCount }) => texts.addedPeopleNotice(addedCount),
  })
  .screen("get", link, {
    ...give,
    title: ({ group, domain }: Link) => texts.unlinkTitle(group.name, domain.domain),
    params: LinkParams,
    handle: linked,
    page: UnlinkPage,
  })
  .on("delete", link, {
    ...give,
    summary: "Unlink a group from a domain; who is in it stays",
    params: LinkParams,
    reply: z.undefined(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => unlinkGroup(db, actor, params));
      return undefined;
    },
    next: pageOf,
    notice: () => texts.unlinkedNotice,
  });
