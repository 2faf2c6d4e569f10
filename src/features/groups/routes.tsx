// Groups: the list, one group with its members, and what is done about them.
import { z } from "zod";
import { SearchWords } from "#features/users/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { requireFreshAhead } from "#platform/http/fresh.ts";
import { addMembers, changeGroup, createGroup, deleteGroup, removeMember } from "./actions.ts";
import { groupProtects } from "./errors.ts";
import {
  findCandidates,
  getGroup,
  getGroupDetail,
  getMember,
  listGroups,
  listMembers,
} from "./queries.ts";
import {
  Added,
  AddMembers,
  Group,
  GroupChanges,
  GroupDetail,
  GroupFilter,
  GroupList,
  GroupParams,
  MemberFilter,
  MemberList,
  MemberParams,
  NewGroup,
  Removed,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { AddMembersPage, Candidates } from "./views/add-members.tsx";
import { GroupPage, MemberRegion } from "./views/group.tsx";
import { EditGroupForm, GroupRegion, GroupsPage, NewGroupForm } from "./views/list.tsx";
import { DeleteGroupPage, RemoveMemberPage } from "./views/taking-away.tsx";

type OfGroup = Handling<GroupParams>;
const firstPage = { q: "", limit: 50 } as const;

const candidates = async ({ tenant, params }: Pick<OfGroup, "tenant" | "params">, q: string) =>
  tenant.read(async (db) => ({
    group: await getGroup(db, params.groupId),
    found: await findCandidates(db, params.groupId, q),
    q,
  }));

/** For the questions before something is taken away. */
const wholeGroup = ({ tenant, params, now }: OfGroup) =>
  tenant.read((db) => getGroupDetail(db, { groupId: params.groupId, ...firstPage, now }));

/** The page of a change asks for the same as the change. @throws {groupProtects} @throws {stepUpRequired} */
function assertMayLower(handling: OfGroup, { asksMore }: GroupDetail): void {
  if (!asksMore) return;
  if (handling.viewer?.can("settings.manage") !== true) throw groupProtects();
  requireFreshAhead(handling);
}

export const groupRoutes = routes()
  .on("get", "/groups", {
    permit: "groups.read",
    summary: "Groups by name",
    title: texts.title,
    input: GroupFilter,
    reply: GroupList,
    handle: ({ tenant, input }) => tenant.read((db) => listGroups(db, input)),
    page: GroupsPage,
    fragments: { "group-list": GroupRegion },
  })
  .screen("get", "/groups/new", {
    permit: "groups.manage",
    title: texts.create,
    handle: async () => undefined,
    form: NewGroupForm,
  })
  .on("post", "/groups", {
    permit: "groups.manage",
    summary: "Create a group",
    title: texts.create,
    input: NewGroup,
    reply: Group,
    creates: true,
    handle: ({ tenant, actor, input }) => tenant.write((db) => createGroup(db, actor, input)),
    form: NewGroupForm,
    next: (group) => `/groups/${group.id}`,
    notice: () => texts.createdNotice,
  })
  .on("get", "/groups/:groupId", {
    permit: "groups.read",
    summary: "One group with the first of its members and its applications",
    title: (group: GroupDetail) => group.name,
    params: GroupParams,
    input: MemberFilter,
    reply: GroupDetail,
    handle: ({ tenant, params, input, now }) =>
      tenant.read((db) => getGroupDetail(db, { ...params, ...input, now })),
    page: GroupPage,
    fragments: { "member-list": MemberRegion },
  })
  .screen("get", "/groups/:groupId/edit", {
    permit: "groups.manage",
    fresh: "sometimes",
    title: ({ group }: { group: Group }) => texts.editTitle(group.name),
    params: GroupParams,
    handle: async (handling) => {
      const { tenant, params } = handling;
      const group = await tenant.read((db) => getGroup(db, params.groupId));
      if (group.memberCount > 0) requireFreshAhead(handling);
      return { group, values: group };
    },
    form: EditGroupForm,
  })
  .on("patch", "/groups/:groupId", {
    permit: "groups.manage",
    fresh: "sometimes",
    summary: "Rename or describe a group, or change the second step that is asked of its members",
    title: ({ group }: { group: Group }) => texts.editTitle(group.name),
    params: GroupParams,
    input: GroupChanges,
    reply: Group,
    handle: ({ tenant, params, input, ...by }) =>
      tenant.write((db) => changeGroup(db, by, { ...params, ...input })),
    form: EditGroupForm,
    load: async ({ tenant, params }) => ({
      group: await tenant.read((db) => getGroup(db, params.groupId)),
    }),
    next: (group) => `/groups/${group.id}`,
    notice: () => texts.savedNotice,
  })
  .screen("get", "/groups/:groupId/deletion", {
    permit: "groups.manage",
    fresh: "sometimes",
    title: (group: GroupDetail) => texts.deleteTitle(group.name),
    params: GroupParams,
    handle: async (handling) => {
      const group = await wholeGroup(handling);
      if (group.memberCount > 0) {
        assertMayLower(handling, group);
        requireFreshAhead(handling);
      }
      return group;
    },
    page: DeleteGroupPage,
  })
  .on("delete", "/groups/:groupId", {
    permit: "groups.manage",
    fresh: "sometimes",
    summary:
      "Delete a group, its memberships and the access it gave; for super administrators when it has members and asks more of them than everybody is asked",
    params: GroupParams,
    reply: z.undefined(),
    handle: async ({ tenant, params, ...by }) => {
      await tenant.write((db) => deleteGroup(db, by, params.groupId));
      return undefined;
    },
    next: () => "/groups",
    notice: () => texts.deletedNotice,
  })
  .on("get", "/groups/:groupId/members", {
    permit: "groups.read",
    summary: "Members of a group by name",
    params: GroupParams,
    input: MemberFilter,
    reply: MemberList,
    handle: ({ tenant, params, input }) =>
      tenant.read(async (db) => {
        await getGroup(db, params.groupId);
        return listMembers(db, params.groupId, input);
      }),
  })
  .screen("get", "/groups/:groupId/members/new", {
    permit: "groups.manage",
    fresh: true,
    title: ({ group }: { group: Group }) => texts.addTitle(group.name),
    params: GroupParams,
    input: z.object({ q: SearchWords }),
    handle: (handling) => candidates(handling, handling.input.q),
    form: AddMembersPage,
    fragments: { candidates: Candidates },
  })
  .on("post", "/groups/:groupId/members", {
    permit: "groups.manage",
    // What a group opens, it opens to who is put into it.
    fresh: true,
    summary: "Add people to a group",
    title: ({ group }: { group: Group }) => texts.addTitle(group.name),
    params: GroupParams,
    input: AddMembers,
    reply: Added,
    handle: ({ tenant, params, input, ...by }) =>
      tenant.write((db) => addMembers(db, by, { ...params, ...input })),
    form: AddMembersPage,
    load: (handling) => candidates(handling, ""),
    next: ({ groupId }) => `/groups/${groupId}`,
    notice: ({ added }) => texts.addedNotice(added.length),
  })
  .screen("get", "/groups/:groupId/members/:userId", {
    permit: "groups.manage",
    fresh: "sometimes",
    title: texts.remove,
    params: MemberParams,
    handle: async (handling) => {
      const { tenant, params } = handling;
      const member = await tenant.read((db) => getMember(db, params));
      const group = await wholeGroup(handling);
      assertMayLower(handling, group);
      return { group, member };
    },
    page: RemoveMemberPage,
  })
  .on("delete", "/groups/:groupId/members/:userId", {
    permit: "groups.manage",
    fresh: "sometimes",
    summary:
      "Take a person out of a group, as far as people put them there; for super administrators when it asks more of its members than everybody is asked",
    params: MemberParams,
    reply: Removed,
    handle: ({ tenant, params, ...by }) => tenant.write((db) => removeMember(db, by, params)),
    next: ({ groupId }) => `/groups/${groupId}`,
    notice: ({ stillGivenBy }) =>
      stillGivenBy.length === 0
        ? texts.removedNotice
        : texts.stillGivenNotice(stillGivenBy.join(", ")),
  });
