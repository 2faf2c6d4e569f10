// How one person comes in, and the questions that change it.
import type { Route } from "#features/identity-providers/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Checkbox,
  Form,
  KeyValues,
  Notice,
  PageHeader,
  Radios,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import type { AnewProblem } from "../queries.ts";
import type { PersonWays } from "../schema.ts";
import { texts } from "../texts.ts";

interface Deciding {
  readonly person: PersonWays;
  /** Those that are enabled. */
  readonly providers: readonly Route[];
  /** A mailbox has confirmed an address of theirs. */
  readonly hasConfirmedAddress: boolean;
}

const pathOf = ({ userId }: PersonWays) => `/users/${userId}/identity-provider`;

export const WaysForm: FormScreen<Deciding> = ({ data, values, problems }) => {
  const { person, providers, hasConfirmedAddress } = data;
  return (
    <>
      <PageHeader
        title={texts.waysTitle(person.name)}
        breadcrumbs={[{ href: `/users/${person.userId}`, label: person.name }]}
      />
      <Stack>
        <Now person={person} />
        {person.role === "super_admin" ? (
          <Notice kind="info">{texts.superAdminNote(person.name)}</Notice>
        ) : (
          <Card title={texts.way}>
            <Form
              action={pathOf(person)}
              method="put"
              submit={texts.save}
              cancel={`/users/${person.userId}`}
              values={values}
              problems={problems}
            >
              <AdministratorNote person={person} />
              {!hasConfirmedAddress && <Unconfirmed person={person} />}
              <Radios
                name="way"
                label={texts.wayLabel}
                options={[
                  {
                    value: "provider",
                    label: texts.wayProvider,
                    hint: texts.wayProviderHint,
                  },
                  { value: "password", label: texts.wayPassword, hint: passwordHint(person) },
                ]}
              />
              <ProviderChoice providers={providers} />
              <KeepAttributes person={person} />
            </Form>
          </Card>
        )}
        {person.word !== null && (
          <Card title={texts.withdraw} description={texts.withdrawHint}>
            <ActionButton action={pathOf(person)} method="delete">
              {texts.withdraw}
            </ActionButton>
          </Card>
        )}
      </Stack>
    </>
  );
};

interface Removing extends Deciding {
  readonly provider: Route;
  /** Why they cannot come by it anew; null: they can. */
  readonly noWayAgain: AnewProblem | null;
}

export const RemovalForm: FormScreen<Removing> = ({ data, values, problems }) => {
  const { person, providers, hasConfirmedAddress, provider, noWayAgain } = data;
  const people = `/identity-providers/${provider.id}/people`;
  const others = providers.filter(({ id }) => id !== provider.id);
  const isActive = person.state === "active";
  const isLower = person.role !== "super_admin";
  const isSendable = (isLower && others.length > 0) || noWayAgain === null;
  return (
    <>
      <PageHeader
        title={texts.removeTitle(person.name, provider.name)}
        breadcrumbs={[
          { href: "/identity-providers", label: texts.providers },
          { href: `/identity-providers/${provider.id}`, label: provider.name },
          { href: people, label: texts.people },
        ]}
      />
      <Stack>
        <Now person={person} />
        <Card title={texts.removeAsk}>
          <Form
            action={`${people}/${person.userId}`}
            method="delete"
            submit={texts.save}
            cancel={people}
            values={values}
            problems={problems}
          >
            <AdministratorNote person={person} />
            {!hasConfirmedAddress && isSendable && <Unconfirmed person={person} />}
            <Radios
              name="way"
              label={texts.wayLabel}
              options={[
                ...(isActive
                  ? [{ value: "password", label: texts.wayPassword, hint: passwordHint(person) }]
                  : []),
                ...(isActive && isLower && others.length > 0
                  ? [{ value: "provider", label: texts.wayOther, hint: texts.wayProviderHint }]
                  : []),
                ...(isActive && noWayAgain === null
                  ? [
                      {
                        value: "again",
                        label: texts.wayAgain(provider.name),
                        hint: texts.wayAgainHint,
                      },
                    ]
                  : []),
                {
                  value: "deactivation",
                  label: texts.wayDeactivation,
                  hint: deactivationHint(person),
                },
              ]}
            />
            {isActive && isLower && others.length > 0 && <ProviderChoice providers={others} />}
            {isActive && noWayAgain !== null && (
              <Notice kind="info">{noWayText[noWayAgain](provider.name)}</Notice>
            )}
            <KeepAttributes person={person} />
          </Form>
        </Card>
      </Stack>
    </>
  );
};

const noWayText: Record<AnewProblem, (provider: string) => string> = {
  not_enabled: texts.againNotEnabled,
  no_verified_address: texts.againNotVerified,
  cannot_confirm: texts.againNotConfirmed,
  leads_elsewhere: texts.againElsewhere,
};

const hasNothing = ({ hasPassword, hasPasskey }: PersonWays) => !hasPassword && !hasPasskey;

const passwordHint = (person: PersonWays): string =>
  hasNothing(person) ? texts.wayPasswordInvite : texts.wayPasswordHint;

/** What it does beyond the state: a later reactivation ends in an invitation where nothing is left to come in with. */
const deactivationHint = (person: PersonWays): string =>
  [
    person.state === "deactivated" ? texts.wayDeactivationDone : texts.wayDeactivationHint,
    ...(hasNothing(person) ? [texts.wayDeactivationLink(person.name)] : []),
  ].join(" ");

const AdministratorNote = ({ person }: Pick<Deciding, "person">) =>
  person.role === "admin" ? (
    <Notice kind="info">{texts.administratorNote(person.name)}</Notice>
  ) : null;

/** It is accepted all the same: the address may be confirmed until they come. */
const Unconfirmed = ({ person: { state, name } }: Pick<Deciding, "person">) =>
  state === "active" ? <Notice kind="warning">{texts.unconfirmedNote(name)}</Notice> : null;

const ProviderChoice = ({ providers }: Pick<Deciding, "providers">) => (
  <Select
    name="identityProviderId"
    label={texts.providerIf}
    options={[
      { value: "", label: texts.noProvider },
      ...providers.map(({ id, name }) => ({ value: id, label: name })),
    ]}
  />
);

/** Who has come by none has nothing of one on their profile. */
const KeepAttributes = ({ person: { links } }: Pick<Deciding, "person">) =>
  links.length === 0 ? null : (
    <Checkbox
      name="keepsAttributes"
      label={texts.keepsAttributes}
      hint={texts.keepsAttributesHint}
    />
  );

function Now({ person }: Pick<Deciding, "person">) {
  const { links, hasPassword, hasPasskey } = person;
  const here = [
    ...(hasPassword ? [texts.password] : []),
    ...(hasPasskey ? [texts.passkey] : []),
  ].join(", ");
  return (
    <Card title={texts.now}>
      <KeyValues
        items={[
          {
            label: texts.links,
            value:
              links.length === 0
                ? texts.linksNone
                : links.map(({ name, state, subject }) => (
                    <div>
                      {name}
                      {state === "disabled" && ` (${texts.disabled})`}, {texts.known(subject)}
                    </div>
                  )),
          },
          { label: texts.here, value: here === "" ? texts.nothingHere : here },
          { label: texts.said, value: saidText(person) },
        ]}
      />
    </Card>
  );
}

function saidText({ word, isWaiting }: PersonWays): string {
  if (word === null) return texts.saidNothing;
  if (word.provider === null) return texts.saidPassword;
  return isWaiting ? texts.saidWaiting(word.provider.name) : texts.saidProvider(word.provider.name);
}
