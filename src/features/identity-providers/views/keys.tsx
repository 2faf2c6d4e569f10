// The keys that sign requests to one provider, and the two questions asked before a key is replaced or discarded.
import type { Child } from "hono/jsx";
import type { Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Card,
  Cluster,
  Code,
  type Column,
  ConfirmDialog,
  ConfirmForm,
  DataTable,
  LinkButton,
  PageHeader,
  Stack,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import type { IdentityProvider, SigningKey } from "../schema.ts";
import { keyTexts } from "../key-texts.ts";
import { texts } from "../texts.ts";

type Named = Pick<IdentityProvider, "id" | "name">;

const states: Readonly<Record<SigningKey["state"], { tone: Tone; text: string }>> = {
  active: { tone: "positive", text: keyTexts.keyActive },
  next: { tone: "accent", text: keyTexts.keyNext },
  retired: { tone: "neutral", text: keyTexts.keyRetired },
};

interface KeysProps {
  readonly provider: Named;
  readonly keys: readonly SigningKey[];
  readonly view: View;
}

export const Keys = ({ provider, keys, view }: KeysProps) => {
  const next = keys.find(({ state }) => state === "next");
  return (
    <Card
      title={keyTexts.keys}
      description={keyTexts.keysHint}
      actions={
        !next && (
          <ActionButton action={`/identity-providers/${provider.id}/keys`}>
            {keyTexts.keyPrepare}
          </ActionButton>
        )
      }
    >
      <Stack>
        <DataTable caption={keyTexts.keys} rows={keys} columns={columnsOf(view)} />
        {next && <Choices provider={provider} next={next} />}
      </Stack>
    </Card>
  );
};

const columnsOf = (view: View): Column<SigningKey>[] => {
  const day = (at: Date) => <Time at={at} zone={view.viewer?.zone ?? "UTC"} format="date" />;
  return [
    {
      label: keyTexts.keyState,
      cell: ({ state }) => <Status tone={states[state].tone}>{states[state].text}</Status>,
      tight: true,
    },
    { label: keyTexts.keyFingerprint, cell: (key) => <Code>{key.fingerprintSha256}</Code> },
    {
      label: keyTexts.keySince,
      cell: ({ retiredAt, createdAt }) => day(retiredAt ?? createdAt),
      tight: true,
    },
    { label: keyTexts.keyExpires, cell: ({ expiresAt }) => day(expiresAt), tight: true },
  ];
};

const Choices = ({ provider, next }: { provider: Named; next: SigningKey }) => (
  <Cluster>
    <ConfirmDialog
      id="switch-key"
      trigger={keyTexts.keySwitch}
      triggerKind="primary"
      page={`/identity-providers/${provider.id}/keys/${next.id}/activation`}
      {...switchQuestion(provider, next)}
    >
      <p>{keyTexts.keySwitchBody}</p>
    </ConfirmDialog>
    <ConfirmDialog
      id="discard-key"
      trigger={keyTexts.keyDiscard}
      triggerKind="secondary"
      page={`/identity-providers/${provider.id}/keys/${next.id}/deletion`}
      {...discardQuestion(provider, next)}
    >
      <p>{keyTexts.keyDiscardBody}</p>
    </ConfirmDialog>
  </Cluster>
);

const switchQuestion = ({ id, name }: Named, next: SigningKey) => ({
  title: keyTexts.keySwitchTitle(name),
  action: `/identity-providers/${id}/keys/${next.id}/activation`,
  method: "put" as const,
  submit: keyTexts.keySwitchSubmit,
});

const discardQuestion = ({ id }: Named, next: SigningKey) => ({
  title: keyTexts.keyDiscardTitle,
  action: `/identity-providers/${id}/keys/${next.id}`,
  method: "delete" as const,
  submit: keyTexts.keyDiscardSubmit,
});

interface Asked {
  readonly provider: Named;
  readonly key: SigningKey;
}

export const ConfirmSwitch: Screen<Asked> = ({ data: { provider, key } }) => (
  <Question provider={provider} question={switchQuestion(provider, key)}>
    <p>{keyTexts.keySwitchBody}</p>
  </Question>
);

export const ConfirmDiscard: Screen<Asked> = ({ data: { provider, key } }) => (
  <Question provider={provider} question={discardQuestion(provider, key)}>
    <p>{keyTexts.keyDiscardBody}</p>
  </Question>
);

interface QuestionProps {
  readonly provider: Named;
  readonly question: ReturnType<typeof switchQuestion> | ReturnType<typeof discardQuestion>;
  readonly children?: Child;
}

function Question({ provider: { id, name }, question, children }: QuestionProps) {
  const page = `/identity-providers/${id}`;
  return (
    <>
      <PageHeader
        title={question.title}
        breadcrumbs={[
          { href: "/identity-providers", label: texts.title },
          { href: page, label: name },
        ]}
      />
      <Card>
        <ConfirmForm {...question} cancel={<LinkButton href={page}>{texts.cancel}</LinkButton>}>
          {children}
        </ConfirmForm>
      </Card>
    </>
  );
}
