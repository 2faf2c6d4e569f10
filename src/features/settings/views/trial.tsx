// A change on trial: whom it would keep out, and the three steps to it: test, apply, keep.
import { mustGoThrough, type Policy, riskyFields } from "#features/policy/index.ts";
import type { Problems, Values, View } from "#platform/http/view.ts";
import {
  ActionButton,
  addressOf,
  Card,
  Checkbox,
  Cluster,
  Form,
  LinkButton,
  Notice,
  Stack,
  formatRelative,
  Status,
  Time,
} from "#platform/ui/index.ts";
import type { Trial } from "../schema.ts";
import { texts } from "../texts.ts";
import { type ProviderNames, wordsOf } from "../words.ts";
import { nameOf } from "./affected.tsx";
import { Names } from "./names.tsx";

interface Props {
  readonly trial: Trial;
  readonly provedAt: Date | null;
  readonly viewerId: string | null;
  readonly providers: ProviderNames;
  readonly view: View;
  readonly values: Values;
  readonly problems: Problems;
}

const settingsPath = "/settings/sign-in";
const pathOf = ({ id }: Trial) => `${settingsPath}/trials/${id}`;

export const TrialCard = (props: Props) =>
  props.trial.state === "applied" ? <AppliedCard {...props} /> : <OpenCard {...props} />;

const OpenCard = ({ trial, viewerId, providers, view, values, problems }: Props) => (
  <Card
    title={texts.trialOpenTitle}
    description={openText(trial)(formatRelative(new Date(trial.expiresAt), view.now))}
  >
    <Stack gap="large">
      <Stack>
        {trial.startedBy !== null && <p>{texts.startedBy(trial.startedBy.name)}</p>}
        <Changes trial={trial} providers={providers} />
        <Affected trial={trial} />
      </Stack>
      <Test trial={trial} viewerId={viewerId} view={view} />
      <Apply trial={trial} values={values} problems={problems} />
      <ActionButton action={pathOf(trial)} method="delete">
        {texts.cancel}
      </ActionButton>
    </Stack>
  </Card>
);

/** A script may try any change. */
const openText = ({ previous, proposed }: Trial) =>
  riskyFields(previous, proposed).length > 0 ? texts.trialOpenText : texts.trialHarmlessText;

const Changes = ({
  trial: { state, previous, proposed },
  providers,
}: Pick<Props, "trial" | "providers">) => (
  <div>
    <h3>{state === "applied" ? texts.whatChanged : texts.whatWouldChange}</h3>
    <ul>
      {wordsOf(previous, proposed, providers).map((words) => (
        <li>{words}</li>
      ))}
    </ul>
    {risksOf(previous, proposed).map((risk) => (
      <p>{risk}</p>
    ))}
  </div>
);

const riskTexts: Readonly<Record<string, string>> = {
  emailProofFirst: texts.riskEmailProofFirst,
  strength: texts.riskStrength,
  graceDays: texts.riskGraceDays,
  passkeyAaguids: texts.riskPasskeyAaguids,
  defaultIdentityProviderId: texts.riskDefaultProvider,
};

const risksOf = (previous: Policy, proposed: Policy): string[] =>
  riskyFields(previous, proposed).flatMap((field) => riskTexts[field] ?? []);

/** Whom the change itself keeps out; apart from them, and only where there are any, how many fall short either way. */
const Affected = ({ trial }: Pick<Props, "trial">) => {
  const { state, affected } = trial;
  const isApplied = state === "applied";
  const everybody = isApplied ? texts.affectedNoneNow : texts.affectedNone;
  const asksForMail = trial.proposed.emailProofFirst && !trial.previous.emailProofFirst;
  return (
    <>
      {affected.superAdminsLeft === 0 && <Notice kind="warning">{texts.noSuperAdminLeft}</Notice>}
      <div>
        {affected.count > 0 ? (
          <KeptOut trial={trial} />
        ) : (
          <p>{affected.alreadyCount > 0 ? texts.affectedNobodyElse : everybody}</p>
        )}
        {asksForMail && <p>{texts.affectedMail}</p>}
      </div>
      {affected.alreadyCount > 0 && (
        <p>
          {(isApplied ? texts.alreadyNow : texts.already)(affected.alreadyCount)}{" "}
          <a href={`${pathOf(trial)}/people?already=true`}>{texts.alreadyShow}</a>
        </p>
      )}
    </>
  );
};

const KeptOut = ({ trial }: Pick<Props, "trial">) => {
  const { count, people } = trial.affected;
  const { graceDays } = trial.proposed;
  return (
    <>
      <p>
        {(trial.state === "applied" ? texts.affectedNow : texts.affected)(count)}{" "}
        <Names
          people={people.map((person) => ({ id: person.id, name: nameOf(person) }))}
          count={count}
        />
      </p>
      <p>{graceDays === 0 ? texts.affectedAtOnce : texts.affectedGrace(graceDays)}</p>
      <p>
        <a href={`${pathOf(trial)}/people`}>{texts.affectedMore(count)}</a>
      </p>
    </>
  );
};

const Test = ({ trial, viewerId, view }: Pick<Props, "trial" | "viewerId" | "view">) => (
  <Stack gap="small">
    <h3>{texts.testTitle}</h3>
    {trial.startedBy !== null && trial.startedBy.id === viewerId ? (
      <>
        <p>{texts.testText}</p>
        {throughOf(trial).map((through) => (
          <p>{through}</p>
        ))}
        <Tested trial={trial} view={view} />
        <TestLinks trial={trial} />
      </>
    ) : (
      <>
        <p>{trial.startedBy === null ? texts.testScript : texts.testOther(trial.startedBy.name)}</p>
        <Tested trial={trial} view={view} />
      </>
    )}
  </Stack>
);

const Tested = ({ trial, view }: Pick<Props, "trial" | "view">) => (
  <p>
    {trial.testedAt === null ? (
      <Status tone="caution">{texts.notTested}</Status>
    ) : (
      <>
        <Status tone="positive">{texts.testedAt}</Status>{" "}
        <Time at={trial.testedAt} zone={view.viewer?.zone ?? "UTC"} />
      </>
    )}
  </p>
);

const TestLinks = ({ trial }: Pick<Props, "trial">) => (
  <Cluster>
    <LinkButton
      href={addressOf("/sign-in", { trial: trial.id, return_to: settingsPath })}
      icon="external"
      newWindow
    >
      {texts.test}
    </LinkButton>
    {trial.testedAt === null && (
      <LinkButton kind="quiet" href={settingsPath}>
        {texts.checkAgain}
      </LinkButton>
    )}
  </Cluster>
);

/** What a test has to go through to count: where there are two things, one of them. */
const throughOf = ({ previous, proposed }: Trial): string[] => {
  const { mustProveMail, mustComeBy } = mustGoThrough(previous, proposed);
  if (mustProveMail && mustComeBy !== null) return [texts.testEither];
  if (mustProveMail) return [texts.testProof];
  return mustComeBy === null ? [] : [texts.testProvider];
};

/** After a successful test a button; before it the same behind a box that takes the risk: of this trial, not of one that was there before. */
const Apply = ({ trial, values, problems }: Pick<Props, "trial" | "values" | "problems">) => (
  <Stack gap="small">
    <h3>{texts.applyTitle}</h3>
    <p>{texts.applyText}</p>
    <Form
      id="apply"
      action={`${pathOf(trial)}/application`}
      method="put"
      hidden={{ trial: trial.id }}
      values={values["trial"] === trial.id ? values : {}}
      problems={problems}
      submit={trial.testedAt === null ? texts.applyUntested : texts.apply}
      submitKind={trial.testedAt === null ? "danger" : "primary"}
    >
      {trial.testedAt === null && (
        <Checkbox name="withoutTest" label={texts.takeRisk} hint={texts.takeRiskHint} />
      )}
    </Form>
  </Stack>
);

const AppliedCard = ({ trial, provedAt, providers, view, problems }: Props) => {
  const revertAt = new Date(trial.revertAt ?? trial.expiresAt);
  const minutes = Math.ceil((revertAt.getTime() - view.now.getTime()) / 60_000);
  const isProved = provedAt !== null && provedAt > new Date(trial.appliedAt ?? 0);
  return (
    <Card title={texts.trialAppliedTitle}>
      <Stack>
        <p>
          {texts.trialAppliedUntil}
          <Time at={revertAt} zone={view.viewer?.zone ?? "UTC"} format="time" />
          {texts.minutesLeft(minutes)}
        </p>
        <Changes trial={trial} providers={providers} />
        <Affected trial={trial} />
        <p>{isProved ? texts.keepText : texts.proveText}</p>
        {problems[""] !== undefined && <Notice kind="error">{problems[""]}</Notice>}
        <Cluster>
          {isProved ? (
            <ActionButton action={`${pathOf(trial)}/confirmation`} method="put" kind="primary">
              {texts.keep}
            </ActionButton>
          ) : (
            <LinkButton
              kind="primary"
              href={`/sign-in?reauthenticate=1&return_to=${encodeURIComponent(settingsPath)}`}
            >
              {texts.prove}
            </LinkButton>
          )}
          <ActionButton action={pathOf(trial)} method="delete">
            {texts.revert}
          </ActionButton>
        </Cluster>
      </Stack>
    </Card>
  );
};
