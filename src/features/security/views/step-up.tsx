// Proving again who one is, before an administrator's change.
import type { FormScreen, Screen, Values } from "#platform/http/view.ts";
import { Card, Form, Notice, PageHeader, PasskeyButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import {
  ProofFields,
  proofOptionsPath,
  type ProofStep,
  signInAgainPath,
  submitTyped,
  withoutProof,
} from "./proof.tsx";

export interface StepUp {
  readonly step: ProofStep;
  readonly passkeyOnly: boolean;
}

export const StepUpPage: FormScreen<StepUp> = ({ data, values, problems }) => {
  const { step, passkeyOnly } = data;
  return (
    <Stack gap="large">
      <PageHeader title={texts.stepUpTitle} description={texts.stepUpLead} />
      <Card footer={byPasswordAlone(step) ? texts.stepUpPassword : undefined}>
        <Form
          action="/step-up"
          submit={passkeyOnly ? undefined : submitTyped(step, texts.stepUpSubmit)}
          cancel="/"
          hidden={{ return_to: goalOf(values) }}
          values={withoutProof(values)}
          problems={problems}
        >
          {passkeyOnly ? (
            <>
              <p>{texts.stepUpPasskeyOnly}</p>
              <PasskeyButton ceremony="get" field="passkey" from={proofOptionsPath} isNeeded>
                {texts.proofPasskey}
              </PasskeyButton>
            </>
          ) : (
            <ProofFields {...step} goal={goalOf(values)} />
          )}
        </Form>
        {step.provider !== null && step.signIn === null && (
          <p>
            <a href={signInAgainPath(goalOf(values))}>{texts.stepUpByProvider(step.provider)}</a>
          </p>
        )}
      </Card>
    </Stack>
  );
};

const byPasswordAlone = ({ hasTotp, hasPasskeys, resetCause, signIn }: ProofStep): boolean =>
  !hasTotp && !hasPasskeys && resetCause === null && signIn === null;

const goalOf = ({ return_to: goal }: Values): string => (typeof goal === "string" ? goal : "");

/** At the end of the way when it began beside a form in another tab. */
export const StepUpDonePage: Screen<null> = () => (
  <Stack gap="large">
    <PageHeader title={texts.stepUpDone} />
    <Notice kind="success">{texts.stepUpDoneText}</Notice>
  </Stack>
);
