// On to the provider, and what came of a test.
import type { Child } from "hono/jsx";
import type { AttributeSettings } from "#features/attributes/index.ts";
import { peerTexts } from "#features/peer-metadata/index.ts";
import type { Screen } from "#platform/http/view.ts";
import {
  ActionButton,
  Badge,
  Card,
  Code,
  DataTable,
  FramePage,
  KeyValues,
  Notice,
  PageHeader,
  Stack,
} from "#platform/ui/index.ts";
import type { Sending } from "../ask.ts";
import type { GroupPreview } from "../actions/groups.ts";
import type { FoundProvider } from "../queries.ts";
import { Onward } from "../parts.tsx";
import { refusalText } from "../refusals.ts";
import type { Asserted, TestOutcome } from "../requests.ts";
import { testTexts } from "../test-texts.ts";
import { SaidAttributes } from "./attributes.tsx";
import { GroupChanges } from "./test-groups.tsx";
import { texts } from "../texts.ts";

interface Going {
  readonly provider: { readonly name: string };
  readonly sending: Sending;
}

export const GoingPage: Screen<Going> = ({ data, view }) => (
  <FramePage
    view={view}
    title={testTexts.testGoingTitle(data.provider.name)}
    lead={testTexts.testGoingLead}
  >
    <Onward sending={data.sending} label={testTexts.testGo} />
  </FramePage>
);

interface Shown {
  readonly provider: Pick<FoundProvider, "id" | "name" | "attributeClaims">;
  readonly outcome: TestOutcome | null;
  /** What would become of what was said. */
  readonly would: {
    readonly groups: GroupPreview | null;
    readonly settings: AttributeSettings;
  } | null;
}

export const TestPage: Screen<Shown> = ({ data: { provider, outcome, would } }) => (
  <>
    <PageHeader
      title={testTexts.testTitle(provider.name)}
      breadcrumbs={[
        { href: "/identity-providers", label: texts.title },
        { href: `/identity-providers/${provider.id}`, label: provider.name },
      ]}
      actions={
        <ActionButton action={`/identity-providers/${provider.id}/tests`} kind="primary">
          {testTexts.testAgain}
        </ActionButton>
      }
    />
    {outcome === null ? (
      <Notice kind="info">{testTexts.testWaiting}</Notice>
    ) : (
      <Stack>
        <Verdict outcome={outcome} />
        {outcome.asserted && <Would asserted={outcome.asserted} />}
        {outcome.asserted && would && isRead(provider) && (
          <SaidAttributes asserted={outcome.asserted} settings={would.settings} />
        )}
        {outcome.asserted && would?.groups && (
          <GroupChanges asserted={outcome.asserted} groups={would.groups} outcome={outcome} />
        )}
        <Came outcome={outcome} />
      </Stack>
    )}
  </>
);

/** Whether any claim carries an attribute of people. */
const isRead = ({ attributeClaims }: Shown["provider"]): boolean =>
  Object.keys(attributeClaims).length > 0;

const Verdict = ({ outcome: { refusal, asserted } }: { outcome: TestOutcome }) => {
  if (refusal)
    return (
      <Notice kind="error">
        {testTexts.testRefused} {refusalText(refusal.code, refusal.facts)}
      </Notice>
    );
  const isNameless = asserted?.firstName === null || asserted?.lastName === null;
  return (
    <>
      <Notice kind="success">{testTexts.testPassed}</Notice>
      {asserted?.email === null && <Notice kind="warning">{testTexts.testNoEmail}</Notice>}
      {isNameless && <Notice kind="warning">{testTexts.testNoNames}</Notice>}
    </>
  );
};

const factorText: Readonly<Record<Asserted["factors"], string>> = {
  single: testTexts.factorSingle,
  named_single: testTexts.factorNamedSingle,
  multi: testTexts.factorMulti,
  phishing_resistant: testTexts.factorResistant,
};

const Would = ({ asserted }: { asserted: Asserted }) => {
  const shown = (value: string | null): Child =>
    value === null ? <Badge tone="neutral">{testTexts.noValue}</Badge> : value;
  return (
    <Card title={testTexts.testWould}>
      <KeyValues
        items={[
          { label: texts.subject, value: <Code>{asserted.subject}</Code> },
          { label: texts.emailAttribute, value: shown(asserted.email) },
          { label: texts.firstNameAttribute, value: shown(asserted.firstName) },
          { label: texts.lastNameAttribute, value: shown(asserted.lastName) },
          {
            label: testTexts.testFactors,
            value: asserted.trustsSecondStep ? factorText[asserted.factors] : testTexts.factorNone,
          },
        ]}
      />
    </Card>
  );
};

const Came = ({ outcome: { nameId, attributes, context } }: { outcome: TestOutcome }) => {
  const rows = [
    ...(nameId ? [{ name: `NameID (${nameId.format})`, values: [nameId.value] }] : []),
    ...attributes,
    ...(context === null ? [] : [{ name: testTexts.testContext, values: [context] }]),
  ];
  return (
    <Card title={testTexts.testCame} flush={rows.length > 0}>
      {rows.length === 0 ? (
        <p class="muted">{testTexts.testNothing}</p>
      ) : (
        <DataTable
          caption={testTexts.testCame}
          rows={rows}
          columns={[
            { label: peerTexts.attributeName, cell: ({ name }) => <Code>{name}</Code> },
            {
              label: peerTexts.attributeMeaning,
              cell: ({ values }) => values.map((value) => <div>{value}</div>),
            },
          ]}
        />
      )}
    </Card>
  );
};
