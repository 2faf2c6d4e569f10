// On a person's page: whether the password must be replaced, and the way to ask for it.
import { Card, LinkButton } from "#platform/ui/index.ts";
import type { UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

type Cause = NonNullable<UserDetail["passwordResetCause"]>;

const mustReplace: Readonly<Record<Cause, string>> = {
  admin: texts.mustReplaceAdmin,
  breach: texts.mustReplaceBreach,
  policy: texts.mustReplacePolicy,
};

export function Password({ user }: { user: UserDetail }) {
  const cause = user.passwordResetCause;
  const mayRequire =
    user.allowedActions.includes("require_new_password") && user.signInMethods.includes("password");
  if (cause === null && !mayRequire) return null;
  return (
    <Card
      title={texts.password}
      description={cause === null ? texts.requireNewPasswordHint : mustReplace[cause]}
    >
      <LinkButton href={`/users/${user.id}/password-reset-requirement`} icon="lock">
        {cause === null ? texts.requireNewPassword : texts.seeRequirement}
      </LinkButton>
    </Card>
  );
}
