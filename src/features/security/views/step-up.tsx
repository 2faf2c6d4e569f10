// Proving again who one is, before an administrator's change.
import type { FormScreen, Screen } from "#platform/http/view.ts";
import { Card, Form, Notice, PageHeader, PasskeyButton, Stack } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { ProofFields, proofOptionsPath, type ProofStep, withoutProof } from "./proof.tsx";

export interface StepUp {
  readonly step: ProofStep;
  readonly passkeyOnly: boolean;
}

export const StepUpPage: FormScreen<StepUp> = ({ data, values, problems }) => {
  const { step, passkeyOnly } = data;
  return (
    <Stack gap="large">
      <PageHeader title={texts.stepUpTitle} description={texts.stepUpLead} />
      <Card footer={step.hasTotp || step.hasPasskeys ? undefined : texts.stepUpPassword}>
        <Form
          action="/step-up"
          submit={passkeyOnly ? undefined : texts.stepUpSubmit}
          cancel="/"
          hidden={{ return_to: String(values["return_to"] ?? "") }}
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
            <ProofFields {...step} />
          )}
        </Form>
      </Card>
    </Stack>
  );
};

/** At the end of the way when it began beside a form in another tab. */
export const StepUpDonePage: Screen<null> = () => (
  <Stack gap="large">
    <PageHeader title={texts.stepUpDone} />
    <Notice kind="success">{texts.stepUpDoneText}</Notice>
  </Stack>
);
