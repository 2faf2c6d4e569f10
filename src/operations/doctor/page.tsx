// The report for eyes: what needs a hand first, with the line to type; below it all that is well.
import {
  Card,
  CopyField,
  FramePage,
  KeyValues,
  Notice,
  Stack,
  Status,
  Time,
  type Tone,
} from "#platform/ui/index.ts";
import {
  type CheckReport,
  type CheckState,
  type DoctorReport,
  type Finding,
  summary,
} from "./check.ts";
import { texts } from "./texts.ts";

const tones: Readonly<Record<CheckState, Tone>> = {
  ok: "positive",
  warn: "caution",
  fail: "critical",
  skipped: "neutral",
};
const words: Readonly<Record<CheckState, string>> = {
  ok: texts.stateOk,
  warn: texts.stateWarn,
  fail: texts.stateFail,
  skipped: texts.stateSkipped,
};

/** The whole page. */
export function DoctorPage({
  report,
  nonce,
}: {
  readonly report: DoctorReport;
  readonly nonce: string;
}) {
  const { checks, at, version } = report;
  const view = { nonce, tenant: { name: texts.product }, viewer: null, notice: null };
  const troubled = ["fail", "warn"].flatMap((state) =>
    checks.filter((check) => check.state === state),
  );
  const well = checks.filter((check) => !troubled.includes(check));
  return (
    <FramePage view={view} title={texts.title} lead={texts.lead(version)} width="wide">
      <Stack gap="medium">
        <Notice kind={report.ok ? "success" : "error"}>{summary(checks)}</Notice>
        {troubled.map((check) => (
          <TroubleCard check={check} />
        ))}
        {well.length > 0 && (
          <Card title={texts.well}>
            <KeyValues
              items={well.map(({ title, state, findings }) => ({
                label: title,
                value: (
                  <>
                    <Status tone={tones[state]}>{words[state]}</Status>
                    {findings.map(({ says }) => (
                      <div>{says}</div>
                    ))}
                  </>
                ),
              }))}
            />
          </Card>
        )}
        <p class="field-hint">
          {texts.askedAt} <Time at={at} zone="UTC" /> UTC
        </p>
      </Stack>
    </FramePage>
  );
}

function TroubleCard({ check }: { readonly check: CheckReport }) {
  const { name, title, state, findings } = check;
  return (
    <Card
      title={title}
      tone={state === "fail" ? "critical" : "neutral"}
      actions={<Status tone={tones[state]}>{words[state]}</Status>}
    >
      <Stack gap="medium">
        {findings.map((finding, at) => (
          <FindingText finding={finding} id={`${name}-${at}`} />
        ))}
      </Stack>
    </Card>
  );
}

/** Characters in a line of the field, where the page is wide. */
const lineLength = 42;

function FindingText({ finding, id }: { readonly finding: Finding; readonly id: string }) {
  const { says, repair } = finding;
  return (
    <Stack gap="small">
      <p>{says}</p>
      {repair !== null && (
        <CopyField
          id={id}
          label={texts.repair}
          value={repair}
          multiline
          rows={Math.ceil(repair.length / lineLength)}
        />
      )}
    </Stack>
  );
}
