// On the page of a proved domain: that its record is not found, what that may mean, and the record once more.
import type { View } from "#platform/http/view.ts";
import { ActionButton, Cluster, Code, CopyField, Notice, Stack, Time } from "#platform/ui/index.ts";
import type { DomainDetail } from "../schema.ts";
import { texts } from "../texts.ts";
import { pathOf } from "./list.tsx";

interface MissingProps {
  readonly domain: DomainDetail;
  readonly view: View;
  readonly mayCheck: boolean;
}

const saidOf: Partial<Record<NonNullable<DomainDetail["lastCheck"]>["outcome"], string>> = {
  nothing: texts.missingNothing,
  other: texts.missingOther,
  unreachable: texts.missingUnreachable,
};

export function Missing({ domain, view, mayCheck }: MissingProps) {
  const { lastCheck, record, recordMissingSince } = domain;
  if (recordMissingSince === null || lastCheck === null) return null;
  return (
    <Notice kind="warning" title={texts.missingTitle}>
      <Stack>
        <p>
          {saidOf[lastCheck.outcome]} {texts.missingSince}{" "}
          <Time
            at={recordMissingSince}
            zone={view.viewer?.zone ?? "UTC"}
            now={view.now}
            format="date"
          />
          .
        </p>
        {lastCheck.found.length > 0 && (
          <ul>
            {lastCheck.found.map((value) => (
              <li>
                <Code>{value}</Code>
              </li>
            ))}
          </ul>
        )}
        <p>{texts.missingText}</p>
        <CopyField
          id="record-name"
          label={`${texts.recordName} (${record.type})`}
          value={record.name}
        />
        <CopyField id="record-value" label={texts.recordValue} value={record.value} />
        {mayCheck && (
          <Cluster>
            <ActionButton action={`${pathOf(domain)}/check`} icon="refresh">
              {texts.check}
            </ActionButton>
          </Cluster>
        )}
      </Stack>
    </Notice>
  );
}
