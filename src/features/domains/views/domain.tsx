// One domain: how to prove it, or what it does.
import { strengthText } from "#features/policy/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import {
  ActionButton,
  Badge,
  Card,
  Cluster,
  Code,
  type Column,
  CopyField,
  DataTable,
  KeyValues,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import type { DomainDetail, LinkedGroup } from "../schema.ts";
import { texts } from "../texts.ts";
import { domainsPath, pathOf, ProofStatus } from "./list.tsx";
import { Missing } from "./missing.tsx";

export const DomainPage: Screen<DomainDetail> = ({ data, view }) => {
  const mayManage = view.viewer?.can("domains.manage") === true;
  return (
    <>
      <PageHeader
        title={data.domain}
        breadcrumbs={[{ href: domainsPath, label: texts.title }]}
        badges={<ProofStatus domain={data} />}
      />
      <Stack>
        {data.provedAt === null ? (
          <Proof domain={data} view={view} mayCheck={mayManage} />
        ) : (
          <>
            <Missing domain={data} view={view} mayCheck={mayManage} />
            <Effects domain={data} />
            <Groups domain={data} view={view} />
          </>
        )}
        <Facts domain={data} view={view} />
        {mayManage && <Removal domain={data} />}
      </Stack>
    </>
  );
};

interface Shown {
  readonly domain: DomainDetail;
  readonly view: View;
}

const subdomainOf = ({ tenant }: View): string =>
  new URL(tenant.origin).hostname.split(".")[0] ?? "";

function Proof({ domain, view, mayCheck }: Shown & { mayCheck: boolean }) {
  const { record } = domain;
  const command = `weft domain prove --tenant ${subdomainOf(view)} --domain ${domain.domain}`;
  return (
    <Card title={texts.proveTitle} description={texts.proveLead}>
      <Stack>
        <LastCheck domain={domain} view={view} />
        <KeyValues items={[{ label: texts.recordType, value: record.type }]} />
        <CopyField
          id="record-name"
          label={texts.recordName}
          hint={texts.recordNameHint}
          value={record.name}
        />
        <CopyField id="record-value" label={texts.recordValue} value={record.value} />
        {mayCheck && (
          <Cluster>
            <ActionButton action={`${pathOf(domain)}/check`} kind="primary" icon="refresh">
              {texts.check}
            </ActionButton>
            <span class="muted">{texts.checkHint}</span>
          </Cluster>
        )}
        <p class="muted">{texts.byOperator}</p>
        <Code block>{command}</Code>
      </Stack>
    </Card>
  );
}

function LastCheck({ domain: { lastCheck, record }, view }: Shown) {
  if (lastCheck === null || lastCheck.outcome === "proved") return null;
  const { outcome, at, found } = lastCheck;
  const said = {
    nothing: { title: texts.nothing, text: texts.nothingText(record.name) },
    other: { title: texts.other, text: texts.otherText(record.name) },
    unreachable: { title: texts.unreachable, text: texts.unreachableText },
  }[outcome];
  return (
    <Notice kind="warning" title={said.title}>
      <p>{said.text}</p>
      {found.length > 0 && (
        <ul>
          {found.map((value) => (
            <li>
              <Code>{value}</Code>
            </li>
          ))}
        </ul>
      )}
      <p>
        {texts.lastCheck}{" "}
        <Time at={at} zone={view.viewer?.zone ?? "UTC"} now={view.now} format="datetime" />
      </p>
    </Notice>
  );
}

const Effects = ({ domain }: { domain: DomainDetail }) => (
  <Card title={texts.provedTitle} description={texts.provedLead}>
    <ul>
      <li>{texts.effectVerified}</li>
      <li>{texts.effectWelcome}</li>
      {domain.groups.length > 0 && <li>{texts.effectGroups}</li>}
    </ul>
  </Card>
);

function Facts({ domain, view }: Shown) {
  const zone = view.viewer?.zone ?? "UTC";
  const { provedAt, provedHow, addedBy, provider } = domain;
  const mayBind = view.viewer?.can("identity_providers.manage") === true;
  return (
    <Card>
      <KeyValues
        items={[
          ...(provedAt === null
            ? []
            : [
                { label: texts.provedAt, value: <Time at={provedAt} zone={zone} format="date" /> },
                {
                  label: texts.provedBy,
                  value: provedHow === "operator" ? texts.provedOperator : texts.provedDns,
                },
              ]),
          { label: texts.people, value: String(domain.peopleCount) },
          {
            label: texts.provider,
            value:
              provider === null ? (
                `${texts.noProvider}. ${texts.bindHint}`
              ) : mayBind ? (
                <a href={`/identity-providers/${provider.id}`}>{provider.name}</a>
              ) : (
                provider.name
              ),
          },
          {
            label: texts.addedBy,
            value:
              addedBy === null ? (
                texts.somebodyGone
              ) : (
                <a href={`/users/${addedBy.id}`}>{addedBy.name}</a>
              ),
          },
          {
            label: texts.addedAt,
            value: <Time at={domain.createdAt} zone={zone} format="date" />,
          },
        ]}
      />
    </Card>
  );
}

function Groups({ domain, view }: Shown) {
  const mayGive = view.viewer?.can("groups.manage") === true;
  return (
    <Card
      title={texts.groupsTitle}
      description={texts.groupsLead}
      actions={
        mayGive ? (
          <LinkButton icon="plus" href={`${pathOf(domain)}/groups/new`}>
            {texts.link}
          </LinkButton>
        ) : undefined
      }
    >
      {domain.groups.length === 0 ? (
        <p class="muted">{texts.noGroups}</p>
      ) : (
        <DataTable
          caption={texts.groupsTitle}
          columns={columns(domain, view, mayGive)}
          rows={domain.groups}
        />
      )}
    </Card>
  );
}

const columns = (
  domain: DomainDetail,
  view: View,
  mayGive: boolean,
): readonly Column<LinkedGroup>[] => [
  {
    label: texts.group,
    cell: ({ id, name, strength }) => (
      <Cluster>
        <a href={`/groups/${id}`}>{name}</a>
        {strength !== null && <Badge>{texts.asksStrength(strengthText[strength])}</Badge>}
      </Cluster>
    ),
  },
  {
    label: texts.linkedAt,
    secondary: true,
    tight: true,
    cell: ({ linkedAt }) => <Time at={linkedAt} zone={view.viewer?.zone ?? "UTC"} format="date" />,
  },
  {
    label: texts.missing,
    tight: true,
    align: "end",
    cell: ({ missingCount }) => String(missingCount),
  },
  ...(mayGive
    ? [{ ...actions, cell: (group: LinkedGroup) => <Actions {...{ domain, group, view }} /> }]
    : []),
];

/** What asks more than everybody is asked for, super administrators alone put people under. */
export const mayAddTo = ({ asksMore }: LinkedGroup, { viewer }: View): boolean =>
  !asksMore || viewer?.can("settings.manage") === true;

const actions = { label: texts.group, labelHidden: true, align: "end", tight: true } as const;

function Actions({ domain, group, view }: Shown & { group: LinkedGroup }) {
  const path = `${pathOf(domain)}/groups/${group.id}`;
  const { missingCount, name } = group;
  return (
    <Cluster align="end">
      {missingCount > 0 && mayAddTo(group, view) && (
        <LinkButton small href={`${path}/members`} label={texts.addPeopleOf(missingCount, name)}>
          {texts.addPeople(missingCount)}
        </LinkButton>
      )}
      <LinkButton small href={path} label={texts.unlinkOf(name)}>
        {texts.unlink}
      </LinkButton>
    </Cluster>
  );
}

const Removal = ({ domain }: { domain: DomainDetail }) => (
  <Card title={texts.remove} description={texts.removeHint} tone="critical">
    <LinkButton href={`${pathOf(domain)}/removal`}>{texts.remove}</LinkButton>
  </Card>
);
