// The part of a form where a person proves again who they are: a passkey, or the password and what else is asked for.
import type { FC } from "hono/jsx";
import type { PasswordResetCause } from "#features/authenticators/index.ts";
import { Field, LinkButton, Notice, PasskeyButton } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { ToReplace } from "./to-replace.tsx";

/** What a person can prove themselves with. */
export interface ProofStep {
  readonly hasTotp: boolean;
  /** A code of the app is proof here beside the password: not before a change of factors, where there is a passkey that can be used. */
  readonly takesApp: boolean;
  /** Also where all of them are suspended: the password alone is not enough then either. */
  readonly hasPasskeys: boolean;
  readonly usablePasskeys: number;
  readonly codesLeft: number;
  /** Why the password proves nothing until it is replaced; null: it counts. */
  readonly resetCause: PasswordResetCause | null;
  /** For somebody without a password, whose sign-in by an identity provider stands for it while it is recent; null: they have one. */
  readonly signIn: "recent" | "long_ago" | null;
  /** The identity provider by which alone they come in; null: what they have here opens the door. */
  readonly provider: string | null;
}

/** The label of a form's button: where the password does not count there is nothing to type and to send. */
export const submitTyped = (step: ProofStep, label: string): string | undefined => {
  const { resetCause, signIn } = step;
  const counts = signIn === null ? resetCause === null : signIn === "recent";
  return counts && mayType(step) ? label : undefined;
};

/** Whether what can be typed is enough: no, where a code is asked for and there is none. */
const mayType = ({ takesApp, hasPasskeys, codesLeft }: ProofStep): boolean =>
  takesApp || !hasPasskeys || codesLeft > 0;

/** Where the script asks for options. */
export const proofOptionsPath = "/security/passkeys/proof";

/** A whole new sign-in, that goes on to where the person was going. */
export const signInAgainPath = (goal: string): string =>
  `/sign-in?reauthenticate=1&return_to=${encodeURIComponent(goal)}`;

interface ProofFieldsProps extends ProofStep {
  /** Where somebody who has to sign in again goes on. */
  readonly goal?: string;
}

export const ProofFields: FC<ProofFieldsProps> = ({ goal = "/security", ...step }) => (
  <>
    {step.usablePasskeys > 0 && (
      <PasskeyButton ceremony="get" field="passkey" from={proofOptionsPath}>
        {texts.proofPasskey}
      </PasskeyButton>
    )}
    {step.signIn === null && step.resetCause !== null ? (
      <ToReplace cause={step.resetCause} orPasskey={step.usablePasskeys > 0} />
    ) : !mayType(step) ? (
      <Notice kind="info">
        {step.usablePasskeys > 0 ? texts.proofNoCodes : texts.proofNothing}
      </Notice>
    ) : step.signIn !== null ? (
      <BySignIn step={step} goal={goal} />
    ) : (
      <>
        <Field
          name="currentPassword"
          type="password"
          label={texts.currentPassword}
          autocomplete="current-password"
          required
        />
        <CodeField {...step} />
      </>
    )}
  </>
);

function BySignIn({ step, goal }: { step: ProofStep; goal: string }) {
  if (step.signIn === "recent") {
    return (
      <>
        <Notice kind="info">{texts.proofSignedIn}</Notice>
        <input type="hidden" name="signedIn" value="1" />
        <CodeField {...step} />
      </>
    );
  }
  const href = signInAgainPath(goal);
  return (
    <Notice kind="info" action={<LinkButton href={href}>{texts.proofSignIn}</LinkButton>}>
      {texts.proofSignInAgain}
    </Notice>
  );
}

function CodeField({ hasTotp, takesApp, hasPasskeys }: ProofStep) {
  if (!hasTotp && !hasPasskeys) return null;
  return (
    <Field
      name="code"
      label={takesApp ? texts.proofCode : texts.proofBackupCode}
      hint={
        takesApp
          ? texts.proofCodeHint
          : hasTotp
            ? texts.proofBackupCodeOnlyHint
            : texts.proofBackupCodeHint
      }
      autocomplete="one-time-code"
      spellcheck={false}
      maxlength={40}
      required
    />
  );
}

/** A code or a passkey's answer that was used or refused need not travel back. */
export const withoutProof = (values: Readonly<Record<string, unknown>>) => ({
  ...values,
  code: undefined,
  passkey: undefined,
});
