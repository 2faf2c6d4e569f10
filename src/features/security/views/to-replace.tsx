// A password that must be replaced: why, and the way to another one.
import type { PasswordResetCause } from "#features/authenticators/index.ts";
import { LinkButton, Notice } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

/** The true reason: not every reset is an administrator's. */
const because: Readonly<Record<PasswordResetCause, string>> = {
  admin: texts.toReplaceByAdmin,
  breach: texts.toReplaceByBreach,
  policy: texts.toReplaceByPolicy,
};

interface ToReplaceProps {
  readonly cause: PasswordResetCause;
  /** On the page where it is replaced there is nowhere else to go. */
  readonly here?: boolean;
  readonly orPasskey?: boolean;
}

export const ToReplace = ({ cause, here = false, orPasskey = false }: ToReplaceProps) => (
  <Notice
    kind="warning"
    title={texts.toReplaceTitle}
    action={
      here ? undefined : <LinkButton href="/security/password">{texts.passwordChange}</LinkButton>
    }
  >
    {because[cause]}
    {orPasskey && ` ${texts.toReplaceOr}`}
  </Notice>
);
