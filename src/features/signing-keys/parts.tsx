// The keys on a connection's page, what of either side is about to expire, and the two questions asked before a key is replaced or
// discarded: the same for every kind of connection, in its own words.
import type { Child } from "hono/jsx";
import type { z } from "zod";
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
  Notice,
  PageHeader,
  Stack,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { signingKeyOf } from "./schema.ts";
import { texts } from "./texts.ts";

/** Time to ask somebody else's administrator for another certificate of theirs. */
const theirNoticeDays = 90;

type Key = z.output<ReturnType<typeof signingKeyOf<z.ZodType<string>>>>;

/** What a kind says for itself. */
export interface KeyWords {
  readonly hint: string;
  readonly preparedNotice: string;
  readonly switchTitle: (name: string) => string;
  readonly switchBody: string;
  readonly switched: string;
  readonly discardBody: string;
  readonly oursExpires: string;
  readonly oursExpired: string;
  /** Behind the one before. */
  readonly oursGoesOn: string;
  readonly todoPrepare: string;
  readonly todoPrepareLate: string;
  readonly todoSwitch: string;
  readonly theirsExpires: string;
  readonly theirsExpired: string;
  readonly theirsTodo: string;
}

export interface KeyPages {
  /** Path and title of the list of such connections. */
  readonly list: { readonly href: string; readonly label: string };
  readonly words: KeyWords;
}

interface Connection {
  readonly id: string;
  readonly name: string;
}

interface KeysProps {
  readonly connection: Connection;
  readonly keys: readonly Key[];
  readonly view: View;
  readonly canManage: boolean;
}

interface ExpiringProps {
  readonly keys: readonly Key[];
  /** Theirs, as they are kept. */
  readonly certificates: readonly string[];
  readonly windowDays: number;
  readonly view: View;
}

interface Asked {
  readonly connection: Connection;
  readonly key: Key;
}

/** The parts and the pages of one kind. */
export function keyPages(pages: KeyPages) {
  const { words } = pages;

  const Keys = ({ connection, keys, view, canManage }: KeysProps) => {
    const next = keys.find(({ state }) => state === "next");
    return (
      <Card
        title={texts.keys}
        description={words.hint}
        actions={
          canManage &&
          !next && <ActionButton action={keysPath(pages, connection)}>{texts.prepare}</ActionButton>
        }
      >
        <Stack>
          <DataTable caption={texts.keys} rows={keys} columns={columnsOf(view)} />
          {canManage && next && (
            <Choices pages={pages} asked={{ connection, key: next }} view={view} />
          )}
        </Stack>
      </Card>
    );
  };

  /** Certificates of either side that come to their end, or have: said before sign-ins fail. */
  const Expiring = ({ keys, certificates, windowDays, view }: ExpiringProps) => {
    const ours = keys.find(({ state }) => state === "active")?.expiresAt;
    const isPrepared = keys.some(({ state }) => state === "next");
    const [theirs] = certificates
      .map((certificate) => readCertificate(certificate).notAfter)
      .toSorted((a, b) => b.getTime() - a.getTime());
    const late = isPrepared ? words.todoSwitch : words.todoPrepareLate;
    const soon = isPrepared ? words.todoSwitch : words.todoPrepare;
    return (
      <>
        {ours && (
          <Expires
            at={ours}
            withinDays={windowDays}
            view={view}
            soon={[words.oursExpires, soon]}
            past={[words.oursExpired, `${words.oursGoesOn} ${late}`]}
          />
        )}
        {theirs && (
          <Expires
            at={theirs}
            withinDays={theirNoticeDays}
            view={view}
            soon={[words.theirsExpires, words.theirsTodo]}
            past={[words.theirsExpired, words.theirsTodo]}
          />
        )}
      </>
    );
  };

  const ConfirmSwitch: Screen<Asked> = ({ data, view }) => (
    <Question pages={pages} asked={data} question={switchQuestion(pages, data)}>
      <SwitchText pages={pages} next={data.key} view={view} />
    </Question>
  );

  const ConfirmDiscard: Screen<Asked> = ({ data }) => (
    <Question pages={pages} asked={data} question={discardQuestion(pages, data)}>
      <p>{words.discardBody}</p>
    </Question>
  );

  return { Keys, Expiring, ConfirmSwitch, ConfirmDiscard };
}

const pageOf = ({ list }: KeyPages, { id }: Connection) => `${list.href}/${id}`;
const keysPath = (pages: KeyPages, connection: Connection) => `${pageOf(pages, connection)}/keys`;
const keyPath = (pages: KeyPages, { connection, key }: Asked) =>
  `${keysPath(pages, connection)}/${key.id}`;

const states: Readonly<Record<Key["state"], { tone: Tone; text: string }>> = {
  active: { tone: "positive", text: texts.active },
  next: { tone: "accent", text: texts.next },
  retired: { tone: "neutral", text: texts.retired },
};

const Day = ({ at, view }: { at: Date; view: View }) => (
  <Time at={at} zone={view.viewer?.zone ?? "UTC"} format="date" />
);

const columnsOf = (view: View): Column<Key>[] => [
  {
    label: texts.state,
    cell: ({ state }) => <Status tone={states[state].tone}>{states[state].text}</Status>,
    tight: true,
  },
  { label: texts.fingerprint, cell: (key) => <Code>{key.fingerprintSha256}</Code> },
  {
    label: texts.since,
    cell: ({ retiredAt, createdAt }) => <Day at={retiredAt ?? createdAt} view={view} />,
    tight: true,
  },
  {
    label: texts.expires,
    cell: ({ expiresAt }) => <Day at={expiresAt} view={view} />,
    tight: true,
  },
];

const Choices = ({ pages, asked, view }: { pages: KeyPages; asked: Asked; view: View }) => (
  <Cluster>
    <ConfirmDialog
      id="switch-key"
      trigger={texts.switch}
      triggerKind="primary"
      page={`${keyPath(pages, asked)}/activation`}
      {...switchQuestion(pages, asked)}
    >
      <SwitchText pages={pages} next={asked.key} view={view} />
    </ConfirmDialog>
    <ConfirmDialog
      id="discard-key"
      trigger={texts.discard}
      triggerKind="secondary"
      page={`${keyPath(pages, asked)}/deletion`}
      {...discardQuestion(pages, asked)}
    >
      <p>{pages.words.discardBody}</p>
    </ConfirmDialog>
  </Cluster>
);

const switchQuestion = (pages: KeyPages, asked: Asked) => ({
  title: pages.words.switchTitle(asked.connection.name),
  action: `${keyPath(pages, asked)}/activation`,
  method: "put" as const,
  submit: texts.switchSubmit,
});

const discardQuestion = (pages: KeyPages, asked: Asked) => ({
  title: texts.discardTitle,
  action: keyPath(pages, asked),
  method: "delete" as const,
  submit: texts.discardSubmit,
});

const SwitchText = ({ pages, next, view }: { pages: KeyPages; next: Key; view: View }) => (
  <>
    <p>{pages.words.switchBody}</p>
    <p>
      {texts.switchSince}{" "}
      <Time at={next.createdAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />.
    </p>
  </>
);

interface QuestionProps {
  readonly pages: KeyPages;
  readonly asked: Asked;
  readonly question: ReturnType<typeof switchQuestion> | ReturnType<typeof discardQuestion>;
  readonly children?: Child;
}

function Question({ pages, asked: { connection }, question, children }: QuestionProps) {
  const href = pageOf(pages, connection);
  return (
    <>
      <PageHeader
        title={question.title}
        breadcrumbs={[pages.list, { href, label: connection.name }]}
      />
      <Card>
        <ConfirmForm {...question} cancel={<LinkButton href={href}>{texts.cancel}</LinkButton>}>
          {children}
        </ConfirmForm>
      </Card>
    </>
  );
}

/** What is said, and what is to be done. */
type Said = readonly [says: string, todo: string];

interface ExpiresProps {
  readonly at: Date;
  readonly withinDays: number;
  readonly view: View;
  readonly soon: Said;
  readonly past: Said;
}

const Expires = ({ at, withinDays, view, soon, past }: ExpiresProps) => {
  const left = at.getTime() - view.now.getTime();
  if (left > withinDays * 86_400_000) return null;
  const [says, todo] = left > 0 ? soon : past;
  return (
    <Notice kind="warning">
      {says} <Day at={at} view={view} />. {todo}
    </Notice>
  );
};
