// What the settings' form starts with.
import type { Policy } from "#features/policy/index.ts";
import type { Values } from "#platform/http/view.ts";
import { presetOf } from "../schema.ts";

/** A policy as its form sends it. */
export const formValues = (policy: Policy): Values => ({
  ...policy,
  sessionPreset: presetOf(policy),
  sessionIdleSeconds: policy.sessionIdleSeconds ?? "",
  inactiveAfterDays: policy.inactiveAfterDays ?? "",
  passkeyAaguids: (policy.passkeyAaguids ?? []).join("\n"),
});
