export type { Check, CheckReport, CheckState, DoctorReport, Finding } from "./check.ts";
export { summary } from "./check.ts";
export { type DoctorOptions, runDoctor } from "./run.ts";
