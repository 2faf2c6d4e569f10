// What a browser is shown when proof is too old: the way to prove oneself, in a new tab, so that nothing typed is lost here.
import type { FC } from "hono/jsx";
import { Card, Form, LinkButton, Notice, PageHeader } from "../ui/index.ts";
import { freshSeconds, stepUpTexts } from "./fresh.ts";
import type { Method } from "./route.ts";
import type { Values, View } from "./view.ts";

/** The notice above a form that is shown again. */
export const stepUpNotice = (stepUpPath: string): NonNullable<View["notice"]> => ({
  kind: "warning",
  title: stepUpTexts.required,
  text: `${stepUpTexts.about(freshSeconds / 60)} ${stepUpTexts.kept}`,
  action: { href: stepUpPath, label: stepUpTexts.prove, newWindow: true },
});

interface StaleRequest {
  readonly action: string;
  readonly method: Method;
  readonly values: Values;
  readonly stepUpPath: string;
}

/** For a button without a form of its own: what it sent, ready to be sent again. It came from our own origin. */
export const StepUpScreen: FC<StaleRequest> = ({ action, method, values, stepUpPath }) => (
  <>
    <PageHeader title={stepUpTexts.required} />
    <Card>
      <Form action={action} method={method} submit={stepUpTexts.again}>
        <Notice
          kind="warning"
          action={
            <LinkButton href={stepUpPath} newWindow>
              {stepUpTexts.prove}
            </LinkButton>
          }
        >
          {stepUpTexts.about(freshSeconds / 60)}
        </Notice>
        {Object.entries(values).flatMap(([name, value]) =>
          [value].flat().map((each) => <input type="hidden" name={name} value={String(each)} />),
        )}
      </Form>
    </Card>
  </>
);
