// One connection: how far it is set up, what each side told the other, whom it speaks for, and what it is trusted with.
import type { FederationSettings } from "#features/federation/index.ts";
import { attributeKeys, attributeName } from "#features/attributes/index.ts";
import type { FormScreen, PageScreen, Problems, Values, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Badge,
  Button,
  Card,
  Cluster,
  Code,
  DataTable,
  Field,
  Form,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Stepper,
} from "#platform/ui/index.ts";
import { presets } from "../presets.ts";
import type { BoundDomain, IdentityProvider, SigningKey } from "../schema.ts";
import { testTexts } from "../test-texts.ts";
import { attributeTexts } from "../attribute-texts.ts";
import { texts } from "../texts.ts";
import { Expiring, Keys } from "./keys.tsx";
import { StateBadges } from "./list.tsx";
import { Ours, Theirs } from "./trust.tsx";

export interface Shown {
  readonly provider: IdentityProvider;
  readonly keys: readonly SigningKey[];
  readonly federation: FederationSettings;
  readonly domains: readonly BoundDomain[];
}
type Part = { provider: IdentityProvider; view: View };

const pathOf = ({ id }: Pick<IdentityProvider, "id">) => `/identity-providers/${id}`;

export const ProviderPage: PageScreen<IdentityProvider, Shown> = ({ view, more }) => (
  <ProviderForm data={more} view={view} values={{}} problems={{}} />
);

export const ProviderForm: FormScreen<Shown> = ({ data, view, values, problems }) => {
  const { provider, keys, federation, domains } = data;
  return (
    <>
      <PageHeader
        title={provider.name}
        description={presets[provider.preset].title}
        badges={<StateBadges provider={provider} />}
        breadcrumbs={[{ label: texts.title, href: "/identity-providers" }]}
        actions={<LinkButton href={`${pathOf(provider)}/edit`}>{texts.edit}</LinkButton>}
      />
      <Stack>
        {problems[""] !== undefined && <Notice kind="error">{problems[""]}</Notice>}
        {provider.state === "draft" && <Progress provider={provider} />}
        <Expiring
          keys={keys}
          certificates={provider.provider?.signingCertificates ?? []}
          windowDays={federation.rotationWindowDays}
          view={view}
        />
        <Ours provider={provider} />
        <Theirs provider={provider} view={view} />
        <Domains {...{ provider, domains, values, problems }} />
        <Test provider={provider} />
        <TrustedWith provider={provider} />
        <People provider={provider} />
        <Keys connection={provider} keys={keys} view={view} canManage />
        <Danger provider={provider} />
      </Stack>
    </>
  );
};

const Progress = ({ provider }: Pick<Part, "provider">) => {
  const isDescribed = provider.provider !== null;
  const current = isDescribed ? (provider.domains.length > 0 ? 3 : 2) : 0;
  return (
    <Stepper
      label={texts.steps}
      steps={[texts.stepOurs, texts.stepTheirs, texts.stepDomains, texts.stepEnable]}
      current={current}
    />
  );
};

const Domains = ({
  provider,
  domains,
  values,
  problems,
}: Pick<Shown, "provider" | "domains"> & {
  values: Values;
  problems: Problems;
}) => (
  <Card title={texts.domains} description={texts.domainsHint}>
    <Stack>
      {domains.length === 0 ? (
        <p class="muted">{texts.domainsEmpty}</p>
      ) : (
        <DataTable
          caption={texts.domains}
          rows={domains}
          columns={[
            { label: texts.domain, cell: ({ domain }) => <Code>{domain}</Code> },
            {
              label: texts.proof,
              tight: true,
              cell: ({ isProved }) => (
                <Badge tone={isProved ? "positive" : "neutral"}>
                  {isProved ? texts.domainProved : texts.domainNotProved}
                </Badge>
              ),
            },
            {
              label: texts.release,
              labelHidden: true,
              align: "end",
              tight: true,
              cell: ({ domain }) => (
                <ActionButton
                  action={`${pathOf(provider)}/domains/${domain}`}
                  method="delete"
                  small
                  label={texts.releaseDomain(domain)}
                >
                  {texts.release}
                </ActionButton>
              ),
            },
          ]}
        />
      )}
      <Form
        id="bind"
        action={`${pathOf(provider)}/domains`}
        summary={false}
        values={values}
        problems={problems}
      >
        <Cluster>
          <Field
            name="domain"
            label={texts.domain}
            placeholder="example.com"
            spellcheck={false}
            required
          />
          <Button type="submit" kind="secondary">
            {texts.bind}
          </Button>
        </Cluster>
      </Form>
    </Stack>
  </Card>
);

const Test = ({ provider }: Pick<Part, "provider">) =>
  provider.provider === null ? null : (
    <Card title={testTexts.test} description={testTexts.testHint}>
      <Cluster>
        <ActionButton action={`${pathOf(provider)}/tests`} icon="sign-in">
          {testTexts.test}
        </ActionButton>
        {provider.state !== "enabled" && (
          <ActionButton action={`${pathOf(provider)}/disablement`} method="delete" kind="primary">
            {texts.enable}
          </ActionButton>
        )}
      </Cluster>
    </Card>
  );

const logoutText = {
  always: texts.logoutAlways,
  offer: texts.logoutOffer,
  never: texts.logoutNever,
};

const TrustedWith = ({ provider }: Pick<Part, "provider">) => (
  <Card
    title={texts.settings}
    actions={<LinkButton href={`${pathOf(provider)}/edit`}>{texts.edit}</LinkButton>}
  >
    <KeyValues
      items={[
        {
          label: texts.createsPeople,
          value: provider.createsPeople ? texts.createsPeopleYes : texts.createsPeopleNo,
        },
        {
          label: texts.trustsSecondStep,
          value: provider.trustsSecondStep ? texts.trustsSecondStepYes : texts.trustsSecondStepNo,
        },
        {
          label: texts.speaksForAll,
          value: provider.speaksForAll ? texts.speaksForAllYes : texts.speaksForAllNo,
        },
        {
          label: texts.isOffered,
          value: provider.isOffered ? texts.isOfferedYes : texts.isOfferedNo,
        },
        { label: texts.logout, value: logoutText[provider.logout] },
        { label: texts.emailAttribute, value: <Code>{provider.emailAttribute}</Code> },
        { label: texts.firstNameAttribute, value: <Code>{provider.firstNameAttribute}</Code> },
        { label: texts.lastNameAttribute, value: <Code>{provider.lastNameAttribute}</Code> },
        {
          label: texts.subjectAttribute,
          value:
            provider.subjectAttribute === null ? (
              texts.subjectIsNameId
            ) : (
              <Code>{provider.subjectAttribute}</Code>
            ),
        },
        { label: attributeTexts.row, value: <ReadClaims provider={provider} /> },
      ]}
    />
  </Card>
);

const ReadClaims = ({ provider: { attributeClaims } }: Pick<Part, "provider">) => {
  const read = attributeKeys.filter((key) => attributeClaims[key] !== undefined);
  if (read.length === 0) return <>{attributeTexts.noneRead}</>;
  return (
    <details>
      <summary>{attributeTexts.read(read.length)}</summary>
      {read.map((key) => (
        <div>
          {attributeName(key)}: <Code>{attributeClaims[key]}</Code>
        </div>
      ))}
    </details>
  );
};

const People = ({ provider }: Pick<Part, "provider">) => (
  <Card
    title={texts.people}
    description={texts.peopleHint}
    actions={
      <Cluster>
        <LinkButton href={`${pathOf(provider)}/groups`}>{texts.showGroups}</LinkButton>
        <LinkButton href={`${pathOf(provider)}/people`}>{texts.showPeople}</LinkButton>
      </Cluster>
    }
  >
    <p>{provider.peopleCount === 0 ? texts.peopleNone : texts.peopleCount(provider.peopleCount)}</p>
  </Card>
);

const Danger = ({ provider }: Pick<Part, "provider">) => (
  <Card title={texts.danger} description={texts.dangerHint} tone="critical">
    <Cluster>
      {provider.state === "enabled" && (
        <LinkButton href={`${pathOf(provider)}/disablement`}>{texts.disable}</LinkButton>
      )}
      <LinkButton href={`${pathOf(provider)}/deletion`} kind="danger">
        {texts.remove}
      </LinkButton>
    </Cluster>
  </Card>
);
