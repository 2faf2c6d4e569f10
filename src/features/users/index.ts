export {
  cancelInvitation,
  changeUser,
  createUser,
  deactivateAbsent,
  deactivateUser,
  reactivateUser,
  setNames,
} from "./actions.ts";
export { emailTaken, lastSuperAdmin, userNotFound } from "./errors.ts";
export { userCreated, userDeactivated, userReactivated } from "./events.ts";
export {
  emailsOf,
  findUserByEmail,
  getUser,
  isAfter,
  listUsers,
  personMatches,
  primaryEmail,
} from "./queries.ts";
export {
  EmailAddress,
  FirstName,
  fullName,
  LastName,
  NewUser,
  SearchWords,
  type User,
  UserState,
} from "./schema.ts";
