// One's own passkeys: the list, adding, renaming and removing.
import type { FC } from "hono/jsx";
import type { Passkey } from "#features/passkeys/index.ts";
import { passkeysMost } from "#features/passkeys/index.ts";
import type { FormScreen, Screen, View } from "#platform/http/view.ts";
import {
  Card,
  Cluster,
  type Column,
  DataTable,
  EmptyState,
  Field,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  PasskeyButton,
  Stack,
  Status,
  Time,
} from "#platform/ui/index.ts";
import { texts } from "../texts.ts";
import { ProofFields, type ProofStep, submitTyped, withoutProof } from "./proof.tsx";

const path = "/security/passkeys";
const toSecurity = [{ href: "/security", label: texts.title }];
const toPasskeys = [...toSecurity, { href: path, label: texts.passkeys }];

const Add = () => (
  <LinkButton href={`${path}/new`} kind="primary" icon="plus">
    {texts.passkeyAdd}
  </LinkButton>
);

export interface OwnPasskeys {
  readonly passkeys: readonly Passkey[];
  /** The identity provider by which alone the person comes in; null: a passkey opens the door. */
  readonly provider: string | null;
}

const ByProvider: FC<Pick<OwnPasskeys, "provider">> = ({ provider }) =>
  provider === null ? null : <Notice kind="info">{texts.passkeysByProvider(provider)}</Notice>;

export const PasskeysPage: Screen<OwnPasskeys> = ({ data: { passkeys: data, provider }, view }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.passkeys}
      description={texts.passkeysAbout}
      breadcrumbs={toSecurity}
      actions={data.length > 0 && data.length < passkeysMost ? <Add /> : undefined}
    />
    <ByProvider provider={provider} />
    {data.length >= passkeysMost && <Notice kind="info">{texts.passkeysFull}</Notice>}
    {data.some(({ suspendedAt }) => suspendedAt !== null) && (
      <Notice kind="warning">{texts.passkeySuspendedText}</Notice>
    )}
    {data.length === 0 ? (
      <EmptyState icon="fingerprint" title={texts.passkeysNone} action={<Add />}>
        {texts.passkeysNoneText}
      </EmptyState>
    ) : (
      <Card flush>
        <DataTable caption={texts.passkeys} columns={columns(view)} rows={data} />
      </Card>
    )}
  </Stack>
);

const columns = ({ viewer, now }: View): readonly Column<Passkey>[] => {
  const zone = viewer?.zone ?? "UTC";
  return [
    {
      label: texts.passkeyName,
      cell: ({ name, suspendedAt }) => (
        <Cluster>
          <strong>{name}</strong>
          {suspendedAt !== null && <Status tone="critical">{texts.passkeySuspended}</Status>}
        </Cluster>
      ),
    },
    { label: texts.passkeyKept, secondary: true, cell: keptText },
    {
      label: texts.passkeyCreated,
      secondary: true,
      cell: ({ createdAt }) => <Time at={createdAt} zone={zone} format="date" />,
    },
    {
      label: texts.passkeyLastUsed,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          texts.passkeyNever
        ) : (
          <Time at={lastUsedAt} zone={zone} format="relative" now={now} />
        ),
    },
    {
      label: texts.actions,
      labelHidden: true,
      align: "end",
      tight: true,
      cell: ({ id, name }) => (
        <Cluster>
          <LinkButton small href={`${path}/${id}`} label={texts.passkeyRenameOf(name)}>
            {texts.passkeyRename}
          </LinkButton>
          <LinkButton small href={`${path}/${id}/removal`} label={texts.passkeyRemoveOf(name)}>
            {texts.passkeyRemove}
          </LinkButton>
        </Cluster>
      ),
    },
  ];
};

const keptText = ({ isSyncable, isBackedUp }: Passkey): string =>
  isSyncable ? (isBackedUp ? texts.passkeySynced : texts.passkeySyncable) : texts.passkeyBound;

export const AddPasskeyPage: FormScreen<ProofStep> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.passkeyAddTitle}
      description={texts.passkeyAddLead}
      breadcrumbs={toPasskeys}
    />
    <noscript>
      <Notice kind="warning">{texts.passkeyCreateNoScript}</Notice>
    </noscript>
    <ByProvider provider={data.provider} />
    <Card title={texts.proofTitle}>
      <Form
        action={`${path}/new`}
        submit={submitTyped(data, texts.passkeyAddNext)}
        cancel={path}
        values={withoutProof(values)}
        problems={problems}
      >
        <ProofFields {...data} />
      </Form>
    </Card>
  </Stack>
);

/** `options`: what the browser is asked for. */
export const CreatePasskeyPage: FormScreen<{ options: object }> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader
      title={texts.passkeyCreateTitle}
      description={texts.passkeyCreateLead}
      breadcrumbs={toPasskeys}
    />
    <noscript>
      <Notice kind="warning">{texts.passkeyCreateNoScript}</Notice>
    </noscript>
    <Card footer={texts.passkeyCreateTime}>
      <Form action={path} values={values} problems={problems}>
        <Field
          name="name"
          label={texts.passkeyCreateName}
          hint={texts.passkeyCreateNameHint}
          maxlength={100}
          autocomplete="off"
          optional
        />
        <Cluster>
          <PasskeyButton
            ceremony="create"
            field="answer"
            options={data.options}
            kind="primary"
            isNeeded
          >
            {texts.passkeyCreateSubmit}
          </PasskeyButton>
          <LinkButton href={path} kind="quiet">
            {texts.cancel}
          </LinkButton>
        </Cluster>
      </Form>
    </Card>
  </Stack>
);

export const RenamePasskeyPage: FormScreen<Passkey> = ({ data, values, problems }) => (
  <Stack gap="large">
    <PageHeader title={texts.passkeyRenameTitle} breadcrumbs={toPasskeys} />
    <Card>
      <Form
        action={`${path}/${data.id}`}
        method="patch"
        submit={texts.passkeyRenameSubmit}
        cancel={path}
        values={{ name: data.name, ...values }}
        problems={problems}
      >
        <Field name="name" label={texts.passkeyName} maxlength={100} autocomplete="off" required />
      </Form>
    </Card>
  </Stack>
);

export interface Removal {
  readonly passkey: Passkey;
  /** What stands against it; null: nothing. */
  readonly problem: "factor_needed" | "suspended" | null;
  readonly isLastFactor: boolean;
  readonly step: ProofStep;
}

export const RemovePasskeyPage: FormScreen<Removal> = ({ data, values, problems }) => {
  const { passkey, problem, isLastFactor, step } = data;
  return (
    <Stack gap="large">
      <PageHeader
        title={texts.passkeyRemoveTitle(passkey.name)}
        description={texts.passkeyRemoveLead}
        breadcrumbs={toPasskeys}
      />
      {problem === null ? (
        <>
          {isLastFactor && <Notice kind="warning">{texts.passkeyRemoveLast}</Notice>}
          <Card title={texts.proofTitle} tone="critical">
            <Form
              action={`${path}/${passkey.id}`}
              method="delete"
              submit={submitTyped(step, texts.passkeyRemoveSubmit)}
              submitKind="danger"
              cancel={path}
              values={withoutProof(values)}
              problems={problems}
            >
              <ProofFields {...step} />
            </Form>
          </Card>
        </>
      ) : (
        <Notice kind="warning" title={texts.passkeyRemoveRefusedTitle} action={<Add />}>
          {problem === "suspended" ? texts.passkeyRemoveSuspendedLeft : texts.passkeyRemoveRefused}
        </Notice>
      )}
    </Stack>
  );
};
