// Groups: the list, one group with its members, and what is done about them.
import { z } from "zod";
import { SearchWords } from "#features/users/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { addMembers, changeGroup, createGroup, deleteGroup, removeMember } from "./actions.ts";
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
import { DeleteGroupPage, GroupPage, MemberRegion, RemoveMemberPage } from "./views/group.tsx";
import { EditGroupForm, GroupRegion, GroupsPage, NewGroupForm } from "./views/list.tsx";

type OfGroup = Handling<GroupParams>;
const firstPage = { q: "", limit: 50 } as const;

const candidates = async ({ tenant, params }: Pick<OfGroup, "tenant" | "params">, q: string) =>
  tenant.read(async (db) => ({
    group: await getGroup(db, params.groupId),
    found: await findCandidates(db, params.groupId, q),
    q,
  }));

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
    handle: ({ tenant, params, input }) =>
      tenant.read((db) => getGroupDetail(db, params.groupId, input)),
    page: GroupPage,
    fragments: { "member-list": MemberRegion },
  })
  .screen("get", "/groups/:groupId/edit", {
    permit: "groups.manage",
    title: ({ group }: { group: Group }) => texts.editTitle(group.name),
    params: GroupParams,
    handle: async ({ tenant, params }) => {
      const group = await tenant.read((db) => getGroup(db, params.groupId));
      return { group, values: group };
    },
    form: EditGroupForm,
  })
  .on("patch", "/groups/:groupId", {
    permit: "groups.manage",
    summary: "Rename or describe a group, or change the second step that is asked of its members",
    title: ({ group }: { group: Group }) => texts.editTitle(group.name),
    params: GroupParams,
    input: GroupChanges,
    reply: Group,
    handle: ({ tenant, actor, params, input }) =>
      tenant.write((db) => changeGroup(db, actor, { ...params, ...input })),
    form: EditGroupForm,
    load: async ({ tenant, params }) => ({
      group: await tenant.read((db) => getGroup(db, params.groupId)),
    }),
    next: (group) => `/groups/${group.id}`,
    notice: () => texts.savedNotice,
  })
  .screen("get", "/groups/:groupId/deletion", {
    permit: "groups.manage",
    title: (group: GroupDetail) => texts.deleteTitle(group.name),
    params: GroupParams,
    handle: ({ tenant, params }) =>
      tenant.read((db) => getGroupDetail(db, params.groupId, firstPage)),
    page: DeleteGroupPage,
  })
  .on("delete", "/groups/:groupId", {
    permit: "groups.manage",
    summary: "Delete a group, its memberships and the access it gave",
    params: GroupParams,
    reply: z.undefined(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => deleteGroup(db, actor, params.groupId));
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
    title: ({ group }: { group: Group }) => texts.addTitle(group.name),
    params: GroupParams,
    input: z.object({ q: SearchWords }),
    handle: (handling) => candidates(handling, handling.input.q),
    form: AddMembersPage,
    fragments: { candidates: Candidates },
  })
  .on("post", "/groups/:groupId/members", {
    permit: "groups.manage",
    summary: "Add people to a group",
    title: ({ group }: { group: Group }) => texts.addTitle(group.name),
    params: GroupParams,
    input: AddMembers,
    reply: Added,
    handle: ({ tenant, actor, params, input }) =>
      tenant.write((db) => addMembers(db, actor, { ...params, ...input })),
    form: AddMembersPage,
    load: (handling) => candidates(handling, ""),
    next: ({ groupId }) => `/groups/${groupId}`,
    notice: ({ added }) => texts.addedNotice(added.length),
  })
  .screen("get", "/groups/:groupId/members/:userId", {
    permit: "groups.manage",
    title: texts.remove,
    params: MemberParams,
    handle: ({ tenant, params }) =>
      tenant.read(async (db) => ({
        group: await getGroup(db, params.groupId),
        member: await getMember(db, params),
      })),
    page: RemoveMemberPage,
  })
  .on("delete", "/groups/:groupId/members/:userId", {
    permit: "groups.manage",
    summary: "Take a person out of a group",
    params: MemberParams,
    reply: Removed,
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => removeMember(db, actor, params));
      return params;
    },
    next: ({ groupId }) => `/groups/${groupId}`,
    notice: () => texts.removedNotice,
  });
