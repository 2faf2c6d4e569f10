export { addMembers, createGroup, deleteGroup, leaveGroups, removeMember } from "./actions.ts";
export { groupNotFound } from "./errors.ts";
export { groupCreated, groupDeleted, memberAdded, memberRemoved } from "./events.ts";
export { getGroup, holdGroup, listGroups, listGroupsOfUser } from "./queries.ts";
export { type Group, GroupName } from "./schema.ts";
