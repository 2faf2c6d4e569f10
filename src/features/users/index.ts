export {
  changeUser,
  createUser,
  deactivateAbsent,
  deactivateUser,
  reactivateUser,
  setNames,
} from "./actions.ts";
export {
  aboveRole,
  emailTaken,
  isAnonymised,
  lastSuperAdmin,
  notForRole,
  userNotFound,
} from "./errors.ts";
export { userCreated, userDeactivated, userReactivated } from "./events.ts";
export {
  emailsOf,
  findUserByEmail,
  getUser,
  getUserDetail,
  isAfter,
  listUsers,
  type LockedUser,
  lockUser,
  personMatches,
  primaryEmail,
} from "./queries.ts";
export {
  EmailAddress,
  FirstName,
  fullName,
  LastName,
  NewPerson,
  NewUser,
  SearchWords,
  type User,
  UserDetail,
  UserParams,
  UserState,
} from "./schema.ts";
export {
  assertMayAnonymise,
  assertMayDelete,
  assertMayManage,
  assertNotLastSuperAdmin,
  assertNotSelf,
  mayManage,
} from "./rules.ts";
export { cancelInvitation } from "./invited.ts";
export { adoptHash, importUser } from "./import.ts";
