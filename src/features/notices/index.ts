export { Circumstances, notice, type WayOut } from "./emails.tsx";
export { type Happening, notify } from "./notify.ts";
