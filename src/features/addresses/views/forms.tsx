// Adding an address, and the questions before another one becomes the primary one or one goes.
import type { Child } from "hono/jsx";
import type { FormScreen, Problems, Values } from "#platform/http/view.ts";
import {
  Card,
  Checkbox,
  ConfirmForm,
  Field,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { namedDomains } from "#features/domains/index.ts";
import type { Address, AddressList, Impact } from "../schema.ts";
import { texts } from "../texts.ts";
import { ownPath, pathOf } from "./list.tsx";

type User = AddressList["user"];

/** Whose addresses: one's own, or somebody's whom an administrator looks after. */
export interface Whose {
  readonly user: User;
  readonly isOwn: boolean;
}

const placeOf = ({ user, isOwn }: Whose) => (isOwn ? ownPath : pathOf(user.id));

const trailOf = ({ user, isOwn }: Whose) =>
  isOwn
    ? [
        { href: "/profile", label: texts.profile },
        { href: ownPath, label: texts.title },
      ]
    : [
        { href: "/users", label: texts.users },
        { href: `/users/${user.id}`, label: user.name },
        { href: pathOf(user.id), label: texts.title },
      ];

export interface AddStep extends Whose {
  /** Whose addresses are added at once. */
  readonly domains: readonly string[];
}

export const addTitle = ({ user, isOwn }: Whose): string =>
  isOwn ? texts.addTitle : texts.addTitleOf(user.name);

function leadOf({ isOwn, user, domains }: AddStep): string {
  if (isOwn) return texts.addLead;
  return domains.length > 0 ? texts.addLeadAtOnce(user.name) : texts.addLeadOf(user.name);
}

export const AddForm: FormScreen<AddStep> = ({ data, values, problems }) => {
  const place = placeOf(data);
  return (
    <>
      <PageHeader title={addTitle(data)} description={leadOf(data)} breadcrumbs={trailOf(data)} />
      <Card>
        <Form
          action={place}
          submit={data.domains.length > 0 ? texts.addSubmitAtOnce : texts.addSubmit}
          cancel={place}
          values={values}
          problems={problems}
          summary={false}
        >
          <Field
            name="email"
            type="email"
            label={texts.email}
            required
            maxlength={254}
            autocomplete={data.isOwn ? "email" : "off"}
          />
          {data.domains.length > 0 && (
            <Notice title={texts.atOnceTitle}>
              {texts.atOnceText(namedDomains(data.domains))}
            </Notice>
          )}
        </Form>
      </Card>
    </>
  );
};

export interface PromotionStep extends Whose {
  readonly address: Address;
  readonly from: string;
  readonly impact: Impact;
  /** The person's provider alone knows them by the present one, and whoever asks may not take them out of it. */
  readonly isBound: boolean;
}

export const promotionTitle = ({ address }: PromotionStep): string =>
  texts.primaryTitle(address.email);

export const PromotionForm: FormScreen<PromotionStep> = ({ data, values, problems }) => (
  <>
    <PageHeader title={promotionTitle(data)} breadcrumbs={trailOf(data)} />
    {data.isBound ? (
      <Notice kind="warning" action={<LinkButton href={placeOf(data)}>{texts.keep}</LinkButton>}>
        {data.isOwn ? texts.boundToProvider : texts.providerDecides}
      </Notice>
    ) : (
      <PromotionQuestion step={data} values={values} problems={problems} />
    )}
  </>
);

interface Asked<S> {
  readonly step: S;
  readonly values: Values;
  readonly problems: Problems;
}

function PromotionQuestion({ step, values, problems }: Asked<PromotionStep>) {
  const { address, from, impact } = step;
  const place = placeOf(step);
  const isNone = impact.applications.length === 0 && impact.signIn === null;
  return (
    <Card>
      <Form
        action={`${place}/${address.id}/primary`}
        method="put"
        submit={texts.primarySubmit}
        cancel={place}
        values={values}
        problems={problems}
        summary={problems[""] !== undefined}
      >
        <Stack>
          <p>{texts.primaryText(from)}</p>
          {isNone ? <p>{texts.impactNone}</p> : <Changes impact={impact} />}
        </Stack>
      </Form>
    </Card>
  );
}

function Changes({ impact: { applications, signIn } }: { impact: Impact }) {
  const named = (by: "name_id" | "attribute") =>
    applications.filter(({ identifiedBy }) => identifiedBy === by);
  return (
    <>
      <Notice kind="warning">
        <Stack gap="small">
          {signIn !== null && (
            <p>
              {texts.impactSignIn(
                signIn.from ?? texts.impactPassword,
                signIn.to ?? texts.impactPassword,
              )}
            </p>
          )}
          <Names lead={texts.impactNameIds} applications={named("name_id")} />
          <Names lead={texts.impactAttributes} applications={named("attribute")} />
        </Stack>
      </Notice>
      <Checkbox name="confirm" label={texts.confirm} hint={texts.impactHint} />
    </>
  );
}

function Names({ lead, applications }: Pick<Impact, "applications"> & { lead: string }): Child {
  if (applications.length === 0) return null;
  return (
    <div>
      <p>{lead}</p>
      <ul>
        {applications.map(({ name }) => (
          <li>{name}</li>
        ))}
      </ul>
    </div>
  );
}

export interface RemovalStep extends Whose {
  readonly address: Address;
}

export const removalTitle = ({ address }: RemovalStep): string => texts.removeTitle(address.email);

export const RemovalForm: FormScreen<RemovalStep> = ({ data, problems }) => {
  const place = placeOf(data);
  const refusal = Object.values(problems)[0];
  return (
    <>
      <PageHeader title={removalTitle(data)} breadcrumbs={trailOf(data)} />
      <Stack>
        {refusal !== undefined && <Notice kind="error">{refusal}</Notice>}
        <Card>
          <ConfirmForm
            action={`${place}/${data.address.id}`}
            method="delete"
            submit={texts.remove}
            cancel={<LinkButton href={place}>{texts.keep}</LinkButton>}
          >
            <p>{texts.removeText}</p>
          </ConfirmForm>
        </Card>
      </Stack>
    </>
  );
};
