// The questions before an account ends: what goes, what stays, and the address to be typed.
import type { Child } from "hono/jsx";
import { fullName, type UserDetail } from "#features/users/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import {
  Card,
  type FormMethod,
  Field,
  Form,
  Grid,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { texts } from "./texts.ts";

export const AnonymisePage: FormScreen<UserDetail> = ({ data, ...asked }) => (
  <Question
    {...asked}
    user={data}
    title={texts.anonymiseTitle(fullName(data))}
    lead={texts.anonymiseLead}
    goes={[
      texts.anonymiseGoesProofs,
      texts.anonymiseGoesTraces,
      texts.anonymiseGoesMemberships,
      texts.anonymiseGoesLinks,
      texts.anonymiseGoesTrail,
    ]}
    stays={[
      texts.anonymiseStaysLine,
      texts.anonymiseStaysTrail,
      texts.anonymiseStaysMade,
      texts.anonymiseStaysBackups,
      texts.anonymiseStaysElsewhere,
    ]}
    action={`/users/${data.id}/anonymisation`}
    method="put"
    submit={texts.anonymise}
  >
    <p>{texts.anonymiseFree}</p>
  </Question>
);

export interface Deletion extends UserDetail {
  /** By an identity provider, when they come. */
  readonly mayBeAddedAgain: boolean;
}

export const DeletePage: FormScreen<Deletion> = ({ data, ...asked }) => (
  <Question
    {...asked}
    user={data}
    title={texts.deleteTitle(fullName(data))}
    lead={texts.deleteLead}
    goes={
      isNobody(data)
        ? [texts.deleteGoesLine]
        : [texts.deleteGoesAccount, texts.anonymiseGoesMemberships, texts.deleteGoesKnown]
    }
    stays={
      isNobody(data)
        ? [texts.deleteStaysNameless, texts.anonymiseStaysBackups]
        : [texts.deleteStaysTrail, texts.anonymiseStaysMade, texts.anonymiseStaysBackups]
    }
    action={`/users/${data.id}`}
    method="delete"
    submit={texts.delete}
  >
    {data.mayBeAddedAgain && !isNobody(data) && <p>{texts.deleteFree}</p>}
    {data.allowedActions.includes("anonymise") && <p>{texts.deleteAnonymiseInstead}</p>}
  </Question>
);

const isNobody = ({ state }: UserDetail): boolean => state === "anonymised";

type Asked = Pick<Parameters<FormScreen<UserDetail>>[0], "values" | "problems">;

interface QuestionProps extends Asked {
  readonly user: UserDetail;
  readonly title: string;
  readonly lead: string;
  readonly goes: readonly string[];
  readonly stays: readonly string[];
  readonly action: string;
  readonly method: FormMethod;
  readonly submit: string;
  readonly children?: Child;
}

function Question(props: QuestionProps) {
  const { user, title, lead, goes, stays, values, problems, children, ...form } = props;
  const page = `/users/${user.id}`;
  return (
    <Stack gap="large">
      <PageHeader
        title={title}
        breadcrumbs={[
          { href: "/users", label: texts.users },
          { href: page, label: fullName(user) },
        ]}
      />
      <Notice kind="warning">{lead}</Notice>
      <Grid wide>
        <Lines title={texts.goes} lines={goes} />
        <Lines title={texts.stays} lines={stays} />
      </Grid>
      <Card>
        <Form {...form} submitKind="danger" values={values} problems={problems} cancel={page}>
          {children}
          <Field
            name="confirmation"
            label={texts.confirm(user.email)}
            required
            maxlength={320}
            autocomplete="off"
            spellcheck={false}
          />
        </Form>
      </Card>
    </Stack>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <Card title={title}>
      <Stack gap="small">
        {lines.map((line) => (
          <p>{line}</p>
        ))}
      </Stack>
    </Card>
  );
}
