// The colours of states and roles; the word beside them says the same.
import type { Tone } from "#platform/ui/index.ts";
import type { Role } from "#src/permissions.ts";
import type { UserState } from "../schema.ts";

export const stateTone: Readonly<Record<UserState, Tone>> = {
  invited: "caution",
  active: "positive",
  deactivated: "critical",
  anonymised: "neutral",
};
export const roleTone: Readonly<Record<Role, Tone>> = {
  member: "neutral",
  admin: "accent",
  super_admin: "accent",
};
