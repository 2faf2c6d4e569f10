export { type Begun, bindLogout, logoutPath } from "./logouts.ts";
export { signOut } from "./sign-out.ts";
