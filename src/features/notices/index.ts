export { type Advice, Circumstances, newPassword, notice, type WayOut } from "./emails.tsx";
export { type Happening, notify } from "./notify.ts";
export { activeSuperAdmins } from "./super-admins.ts";
