// Loads every declaration of every feature: whoever imports this sees all events, jobs, schedules, messages and refusals by name.
import "./app.ts";
import "./operations/events.ts";
import "./internal.ts";
import "./operations/verify-email/texts.ts";
import "./retention.ts";
import "#platform/storage/move.ts";
import "#platform/storage/sweep.ts";
export { declaredErrors } from "#platform/errors.ts";
export { declaredEvents } from "#platform/audit/define.ts";
export { declaredJobs } from "#platform/jobs/define.ts";
export { declaredSchedules } from "#platform/jobs/schedule.ts";
export { declaredEmails } from "#platform/mail/define.ts";
export { declaredTexts } from "#platform/texts.ts";
