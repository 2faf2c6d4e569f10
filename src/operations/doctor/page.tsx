// The report for eyes: what needs a hand first, with the line to type; below it all that is well.
import {
  Card,
  Code,
  DataTable,
  FramePage,
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
        <DataTable
          caption={texts.well}
          rows={well}
          columns={[
            { label: texts.check, cell: ({ title }) => title },
            {
              label: texts.found,
              cell: ({ findings }) => findings.map(({ says }) => <div>{says}</div>),
            },
            {
              label: texts.stateLabel,
              tight: true,
              cell: ({ state }) => <Status tone={tones[state]}>{words[state]}</Status>,
            },
          ]}
        />
        <p class="field-hint">
          {texts.askedAt} <Time at={at} zone="UTC" /> UTC
        </p>
      </Stack>
    </FramePage>
  );
}

function TroubleCard({ check }: { readonly check: CheckReport }) {
  const { title, state, findings } = check;
  return (
    <Card
      title={title}
      tone={state === "fail" ? "critical" : "neutral"}
      actions={<Status tone={tones[state]}>{words[state]}</Status>}
    >
      <Stack gap="small">
        {findings.map((finding) => (
          <FindingText finding={finding} />
        ))}
      </Stack>
    </Card>
  );
}

function FindingText({ finding: { says, repair } }: { readonly finding: Finding }) {
  return (
    <div>
      <p>{says}</p>
      {repair !== null && <Code block>{repair}</Code>}
    </div>
  );
}
