// What the settings' form starts with.
import type { Policy } from "#features/policy/index.ts";
import type { Values } from "#platform/http/view.ts";
import { modelName } from "#protocols/webauthn/models.ts";
import { presetOf } from "../schema.ts";

/** A policy as its form sends it. */
export const formValues = (policy: Policy): Values => ({
  ...policy,
  sessionPreset: presetOf(policy),
  sessionIdleSeconds: policy.sessionIdleSeconds ?? "",
  defaultIdentityProviderId: policy.defaultIdentityProviderId ?? "",
  inactiveAfterDays: policy.inactiveAfterDays ?? "",
  passkeyAaguids: (policy.passkeyAaguids ?? []).map(withName).join("\n"),
});

/** The name of a known model stands behind its identifier, where notes stand. */
function withName(model: string): string {
  const name = modelName(model);
  return name === null ? model : `${model}  ${name}`;
}
