// What a person sees on the way to an application: the question, the refusal, the hand-over.
import type { FC } from "hono/jsx";
import { factName, type SentKey } from "#features/applications/index.ts";
import { isAttributeKey, valueText } from "#features/attributes/index.ts";
import { methodsText, strengthText } from "#features/policy/index.ts";
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import {
  AutoPost,
  Button,
  Card,
  Cluster,
  Code,
  DataTable,
  Field,
  Form,
  FramePage,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { SignInWay } from "./demand.ts";
import type { Person } from "./person.ts";
import type { Named, Preview } from "./preview.ts";
import { texts } from "./texts.ts";

interface SendingData {
  readonly kind: "sending";
  readonly acsUrl: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly application: string;
  readonly isSuccess: boolean;
}
interface AskingData {
  readonly kind: "asking";
  readonly path: string;
  /** Comes back with the answer: what was on the page. */
  readonly shown: string;
  readonly application: string;
  readonly nameIdFormat: string;
  readonly person: Person;
}
interface DeniedData {
  readonly kind: "denied";
  readonly path: string;
  readonly application: string;
  readonly tenant: string;
  readonly email: string;
}
interface TooWeakData {
  readonly kind: "too-weak";
  readonly path: string;
  readonly application: string;
  readonly way: SignInWay;
}
export type OnTheWay = SendingData | AskingData | DeniedData | TooWeakData;

export const OnTheWayPage: Screen<OnTheWay> = ({ data, view }) => {
  switch (data.kind) {
    case "sending":
      return <SendingPage data={data} view={view} />;
    case "asking":
      return <ConsentPage data={data} view={view} />;
    case "denied":
      return <DeniedPage data={data} view={view} />;
    case "too-weak":
      return <TooWeakPage data={data} view={view} />;
  }
};

const SendingPage: FC<{ data: SendingData; view: View }> = ({ data, view }) => (
  <FramePage
    view={view}
    title={
      data.isSuccess ? texts.sendingTitle(data.application) : texts.returningTitle(data.application)
    }
    lead={texts.sendingLead}
  >
    <AutoPost action={data.acsUrl} values={data.fields} />
  </FramePage>
);

const ConsentPage: FC<{ data: AskingData; view: View }> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.consentTitle(data.application)}
    lead={texts.consentLead(data.application)}
    after={<OtherAccount path={data.path} />}
  >
    <Stack>
      <KeyValues items={releasedItems(data)} />
      <p class="muted">{texts.consentAsked}</p>
      <form class="form" method="post" action={`${data.path}/consent`} data-once>
        <input type="hidden" name="shown" value={data.shown} />
        <Stack gap="small">
          <Button type="submit" kind="primary" name="choice" value="continue" wide>
            {texts.continueTo}
          </Button>
          <Button type="submit" name="choice" value="cancel" wide>
            {texts.cancel}
          </Button>
        </Stack>
      </form>
    </Stack>
  </FramePage>
);

/** Each fact that leaves, as people know it; first and last name are not said twice. */
function releasedItems({ person: { told, email }, nameIdFormat }: AskingData) {
  const valueOf = (wanted: SentKey) => told.find(({ key }) => key === wanted)?.values[0];
  const isSaid = valueOf("displayName") === `${valueOf("firstName")} ${valueOf("lastName")}`;
  const items = told
    .filter(({ key }) => !isSaid || (key !== "firstName" && key !== "lastName"))
    .map(({ key, values }) => ({
      label: factName(key),
      value: values
        .map((value) => (isAttributeKey(key) ? valueText(key, value) : value))
        .join(", "),
    }));
  if (nameIdFormat === nameIdFormats.emailAddress && valueOf("email") === undefined)
    items.push({ label: texts.email, value: email });
  if (nameIdFormat === nameIdFormats.persistent)
    items.push({ label: texts.nameId, value: texts.nameIdPersistent });
  if (nameIdFormat === nameIdFormats.transient)
    items.push({ label: texts.nameId, value: texts.nameIdTransient });
  return items;
}

const OtherAccount: FC<{ path: string }> = ({ path }) => (
  <a href={`/sign-in?reauthenticate=1&return_to=${encodeURIComponent(path)}`}>
    {texts.otherAccount}
  </a>
);

/** What is missing, how to come by it, and the way back. */
const TooWeakPage: FC<{ data: TooWeakData; view: View }> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.tooWeakTitle(data.application)}
    icon="shield"
    lead={texts.tooWeakLead(strengthText[data.way.strength], methodsText(data.way.methods))}
  >
    <Stack>
      <p>{texts.tooWeakHow}</p>
      <Cluster>
        <LinkButton
          kind="primary"
          href={`/sign-in?reauthenticate=1&return_to=${encodeURIComponent(data.path)}`}
        >
          {texts.signInAgain}
        </LinkButton>
        <LinkButton href="/security">{texts.setUp}</LinkButton>
        <form method="post" action={`${data.path}/consent`} data-once>
          <Button type="submit" name="choice" value="cancel">
            {texts.backTo(data.application)}
          </Button>
        </form>
      </Cluster>
    </Stack>
  </FramePage>
);

const DeniedPage: FC<{ data: DeniedData; view: View }> = ({ data, view }) => (
  <FramePage
    view={view}
    title={texts.deniedTitle(data.application)}
    icon="lock"
    tone="critical"
    after={<OtherAccount path={data.path} />}
  >
    <Stack>
      <Notice kind="info">
        {texts.deniedLead(data.tenant)} <strong>{data.email}</strong>
      </Notice>
      <Cluster>
        <form method="post" action={`${data.path}/consent`} data-once>
          <Button type="submit" kind="primary" name="choice" value="cancel">
            {texts.backTo(data.application)}
          </Button>
        </form>
        <LinkButton href="/">{texts.home}</LinkButton>
      </Cluster>
    </Stack>
  </FramePage>
);

const crumbs = ({ id, name }: Named) => [
  { label: texts.applications, href: "/applications" },
  { label: name, href: `/applications/${id}` },
];

export const PreviewForm: FormScreen<Named> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.previewTitle}
      description={texts.previewLead(data.name)}
      breadcrumbs={crumbs(data)}
    />
    <Card>
      <Form
        action={`/applications/${data.id}/preview`}
        submit={texts.previewShow}
        cancel={`/applications/${data.id}/attributes`}
        values={values}
        problems={problems}
      >
        <Field
          name="email"
          label={texts.previewEmail}
          type="email"
          required
          maxlength={254}
          autocomplete="off"
          autofocus
        />
      </Form>
    </Card>
  </>
);

export const PreviewPage: Screen<Preview> = ({ data }) => (
  <>
    <PageHeader
      title={texts.previewOf(data.name)}
      breadcrumbs={crumbs(data.application)}
      actions={
        <LinkButton href={`/applications/${data.application.id}/preview`}>
          {texts.previewAnother}
        </LinkButton>
      }
    />
    <Stack>
      {data.told === null ? (
        <Notice kind="warning">{texts.previewDenied(data.name, data.application.name)}</Notice>
      ) : (
        <ToldTable {...data} told={data.told} />
      )}
      <p>
        <a href={`/users/${data.userId}`}>{texts.previewPerson(data.name)}</a>
      </p>
    </Stack>
  </>
);

const ToldTable = ({
  told,
  nameId,
  withheld,
}: Omit<Preview, "told"> & { readonly told: NonNullable<Preview["told"]> }) => (
  <>
    <Card flush>
      <DataTable
        caption={texts.previewTitle}
        rows={[
          { what: texts.nameId, name: "NameID", values: [nameId ?? texts.previewNameIdLater] },
          ...told.map(({ key, name, values }) => ({
            what: factName(key),
            name,
            values: values.map((value) =>
              isAttributeKey(key) && valueText(key, value) !== value
                ? `${value} (${valueText(key, value)})`
                : value,
            ),
          })),
        ]}
        columns={[
          { label: texts.previewFact, cell: ({ what }) => what },
          { label: texts.previewName, cell: ({ name }) => <Code>{name}</Code> },
          {
            label: texts.previewValue,
            cell: ({ values }) => values.map((value) => <div>{value}</div>),
          },
        ]}
      />
    </Card>
    {withheld.length > 0 && (
      <Notice kind="info">
        {texts.previewWithheld} {withheld.join(", ")}
      </Notice>
    )}
  </>
);
