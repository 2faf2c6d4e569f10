// What the groups that came in a test would change.
import { KeyValues, Card, Notice, Stack } from "#platform/ui/index.ts";
import type { GroupPreview } from "../actions/groups.ts";
import { texts } from "../group-texts.ts";
import type { Asserted, TestOutcome } from "../requests.ts";

interface Shown {
  readonly asserted: Asserted;
  readonly groups: GroupPreview;
  readonly outcome: TestOutcome;
}

export function GroupChanges({ asserted, groups, outcome }: Shown) {
  const { add, remove, create, ignored, person } = groups;
  const names = (found: readonly { readonly name: string }[]) =>
    found.map(({ name }) => name).join(", ");
  const rows = [
    { label: texts.testAdd, value: names(add) },
    { label: texts.testCreate, value: create.join(", ") },
    { label: texts.testRemove, value: names(remove) },
    { label: texts.testIgnored, value: ignored.join(", ") },
  ].filter(({ value }) => value !== "");
  const said = unsaid(asserted, groups, outcome);
  return (
    <Card title={texts.testTitle} description={person ?? texts.testNobody}>
      <Stack>
        {said !== null && <Notice kind="warning">{said}</Notice>}
        {rows.length === 0 ? <p>{texts.testSame}</p> : <KeyValues items={rows} />}
      </Stack>
    </Card>
  );
}

/** As Entra calls the link that comes in the place of too many groups. */
const overage = /\/groups\.link$/;

/** Why nothing that counts came, where a claim is read. */
function unsaid(
  { groups, groupsUnusable }: Asserted,
  { settings: { groupsAttribute, groupsUnsaid } }: GroupPreview,
  { attributes }: TestOutcome,
): string | null {
  if (groupsUnusable > 0) return texts.testUnusable(groupsUnusable);
  if (groups !== null || groupsAttribute === null) return null;
  if (attributes.some(({ name }) => overage.test(name))) return texts.testOverage;
  return groupsUnsaid === "keep" ? texts.testUnsaidKept : texts.testUnsaidRemoved;
}
