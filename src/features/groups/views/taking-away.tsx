// The questions before something is taken away: a person out of a group, or a group with what it gives and asks.
import { strengthText } from "#features/policy/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import { Card, ConfirmDialog, ConfirmForm, LinkButton, PageHeader } from "#platform/ui/index.ts";
import type { Group, GroupDetail, Member } from "../schema.ts";
import { texts } from "../texts.ts";

export const pathOf = ({ id }: Pick<Group, "id">) => `/groups/${id}`;
export const backToGroups = { href: "/groups", label: texts.title };
export const nameOf = ({ firstName, lastName }: Member) => `${firstName} ${lastName}`;

const removeText = ({ givenBy }: Member): string =>
  givenBy.length === 0 ? texts.removeText : texts.removeStaysText(givenBy.join(", "));

/** Whether this viewer may take away what the group asks of its members at sign-in, if it asks for more than everybody is asked for. */
export const mayTakeAway = ({ asksMore }: GroupDetail, { viewer }: View): boolean =>
  !asksMore || viewer?.can("settings.manage") === true;

export function Removal({ group, member }: { group: GroupDetail; member: Member }) {
  const membership = `${pathOf(group)}/members/${member.id}`;
  return (
    <ConfirmDialog
      id={`remove-${member.id}`}
      trigger={texts.remove}
      triggerLabel={texts.removeOf(nameOf(member))}
      triggerKind="secondary"
      small
      title={texts.removeTitle(nameOf(member), group.name)}
      action={membership}
      method="delete"
      submit={texts.remove}
      danger={false}
      page={membership}
    >
      <p>{removeText(member)}</p>
      <AskedNoMore group={group} />
    </ConfirmDialog>
  );
}

/** The same question as a page, for browsers without dialogs that open by HTML alone. */
export const RemoveMemberPage: Screen<{ group: GroupDetail; member: Member }> = ({
  data: { group, member },
}) => (
  <>
    <PageHeader
      title={texts.removeTitle(nameOf(member), group.name)}
      breadcrumbs={[backToGroups, { href: pathOf(group), label: group.name }]}
    />
    <Card>
      <ConfirmForm
        action={`${pathOf(group)}/members/${member.id}`}
        method="delete"
        submit={texts.remove}
        danger={false}
        cancel={<LinkButton href={pathOf(group)}>{texts.keep}</LinkButton>}
      >
        <p>{removeText(member)}</p>
        <AskedNoMore group={group} />
      </ConfirmForm>
    </Card>
  </>
);

export function Applications({ group, linked = false }: { group: GroupDetail; linked?: boolean }) {
  const further = group.applicationCount - group.applications.length;
  return (
    <ul>
      {group.applications.map(({ id, name }) => (
        <li>{linked ? <a href={`/applications/${id}`}>{name}</a> : name}</li>
      ))}
      {further > 0 && <li>{texts.moreApplications(further)}</li>}
    </ul>
  );
}

export function Deletion({ group, mayDelete }: { group: GroupDetail; mayDelete: boolean }) {
  if (!mayDelete && group.memberCount > 0)
    return (
      <Card title={texts.delete}>
        <p>{texts.protected}</p>
      </Card>
    );
  return (
    <Card title={texts.delete} description={texts.deleteHint} tone="critical">
      <ConfirmDialog
        id="delete-group"
        trigger={texts.delete}
        triggerIcon="trash"
        title={texts.deleteTitle(group.name)}
        action={pathOf(group)}
        method="delete"
        submit={texts.delete}
        page={`${pathOf(group)}/deletion`}
      >
        <Consequences group={group} />
      </ConfirmDialog>
    </Card>
  );
}

/** What ends for people who leave a group that asks for more. */
function AskedNoMore({ group: { asksMore, strength } }: { group: GroupDetail }) {
  return asksMore && strength !== null ? <p>{texts.asksMore(strengthText[strength])}</p> : null;
}

function Consequences({ group }: { group: GroupDetail }) {
  return (
    <>
      <p>{texts.deleteMembers(group.memberCount)}</p>
      <p>{texts.deleteApplications(group.applicationCount)}</p>
      {group.applicationCount > 0 && <Applications group={group} />}
      {group.memberCount > 0 && <AskedNoMore group={group} />}
      <p>{texts.deleteFinal}</p>
    </>
  );
}

/** The same question as a page, for browsers without dialogs that open by HTML alone. */
export const DeleteGroupPage: Screen<GroupDetail> = ({ data }) => (
  <>
    <PageHeader
      title={texts.deleteTitle(data.name)}
      breadcrumbs={[backToGroups, { href: pathOf(data), label: data.name }]}
    />
    <Card>
      <ConfirmForm
        action={pathOf(data)}
        method="delete"
        submit={texts.delete}
        cancel={<LinkButton href={pathOf(data)}>{texts.keep}</LinkButton>}
      >
        <Consequences group={data} />
      </ConfirmForm>
    </Card>
  </>
);
