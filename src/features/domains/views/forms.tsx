// Adding a domain, linking a group, and the questions before people are added, a link goes, or the domain does.
import { strengthText } from "#features/policy/index.ts";
import type { FormScreen, Screen } from "#platform/http/view.ts";
import {
  Card,
  ConfirmForm,
  EmptyState,
  Field,
  Form,
  LinkButton,
  Notice,
  PageHeader,
  Select,
} from "#platform/ui/index.ts";
import type { GroupId } from "#src/ids.ts";
import type { DomainDetail, Link } from "../schema.ts";
import { texts } from "../texts.ts";
import { mayAddTo } from "./domain.tsx";
import { domainsPath, pathOf } from "./list.tsx";

const toDomains = { href: domainsPath, label: texts.title };
const trailOf = (domain: Link["domain"]) => [
  toDomains,
  { href: pathOf(domain), label: domain.domain },
];

export const AddForm: FormScreen<unknown> = ({ values, problems }) => (
  <>
    <PageHeader title={texts.addTitle} description={texts.addLead} breadcrumbs={[toDomains]} />
    <Card>
      <Form
        action={domainsPath}
        submit={texts.add}
        cancel={domainsPath}
        values={values}
        problems={problems}
        summary={false}
      >
        <Field
          name="domain"
          label={texts.domain}
          hint={texts.domainHint}
          placeholder="example.com"
          required
          maxlength={300}
          autocomplete="off"
          spellcheck={false}
          autofocus
        />
      </Form>
    </Card>
  </>
);

interface Linking {
  readonly domain: DomainDetail;
  readonly choices: readonly { readonly id: GroupId; readonly name: string }[];
}

export const LinkForm: FormScreen<Linking> = ({ data: { domain, choices }, values, problems }) => (
  <>
    <PageHeader
      title={texts.linkTitle(domain.domain)}
      description={texts.linkLead}
      breadcrumbs={trailOf(domain)}
    />
    {choices.length === 0 ? (
      <EmptyState
        icon="groups"
        title={texts.noGroupsAtAll}
        action={<LinkButton href="/groups/new">{texts.createGroup}</LinkButton>}
      >
        {texts.noGroupsAtAllText}
      </EmptyState>
    ) : (
      <Card>
        <Form
          action={`${pathOf(domain)}/groups`}
          submit={texts.linkSubmit}
          cancel={pathOf(domain)}
          values={values}
          problems={problems}
          summary={false}
        >
          <Select
            name="groupId"
            label={texts.group}
            options={[
              { value: "", label: texts.chooseGroup },
              ...choices.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Form>
      </Card>
    )}
  </>
);

export const AddPeoplePage: Screen<Link> = ({ data: { domain, group }, view }) => {
  const { missingCount, name, strength } = group;
  const back = <LinkButton href={pathOf(domain)}>{texts.notNow}</LinkButton>;
  return (
    <>
      <PageHeader title={texts.addPeopleTitle(missingCount, name)} breadcrumbs={trailOf(domain)} />
      {missingCount === 0 ? (
        <EmptyState icon="groups" title={texts.nobodyMissing} action={back} />
      ) : !mayAddTo(group, view) ? (
        <Notice action={back}>{texts.addPeopleNotYou}</Notice>
      ) : (
        <Card>
          <ConfirmForm
            action={`${pathOf(domain)}/groups/${group.id}/members`}
            submit={texts.addPeople(missingCount)}
            danger={false}
            cancel={back}
          >
            <p>{texts.addPeopleText(missingCount, domain.domain)}</p>
            {strength !== null && <p>{texts.addPeopleStrength(strengthText[strength])}</p>}
            <p>{texts.addPeopleLeft}</p>
          </ConfirmForm>
        </Card>
      )}
    </>
  );
};

export const UnlinkPage: Screen<Link> = ({ data: { domain, group } }) => (
  <>
    <PageHeader
      title={texts.unlinkTitle(group.name, domain.domain)}
      breadcrumbs={trailOf(domain)}
    />
    <Card>
      <ConfirmForm
        action={`${pathOf(domain)}/groups/${group.id}`}
        method="delete"
        submit={texts.unlink}
        danger={false}
        cancel={<LinkButton href={pathOf(domain)}>{texts.keep}</LinkButton>}
      >
        <p>{texts.unlinkText}</p>
      </ConfirmForm>
    </Card>
  </>
);

export const RemovalPage: Screen<DomainDetail> = ({ data: domain }) => (
  <>
    <PageHeader title={texts.removeTitle(domain.domain)} breadcrumbs={trailOf(domain)} />
    <Card>
      <ConfirmForm
        action={pathOf(domain)}
        method="delete"
        submit={texts.remove}
        cancel={<LinkButton href={pathOf(domain)}>{texts.keep}</LinkButton>}
      >
        {domain.provedAt === null ? <p>{texts.removeWaiting}</p> : <WhatEnds domain={domain} />}
        {domain.provider !== null && <p>{texts.removeProvider(domain.provider.name)}</p>}
      </ConfirmForm>
    </Card>
  </>
);

const WhatEnds = ({ domain: { groups, peopleCount } }: { domain: DomainDetail }) => (
  <>
    <p>{texts.removeProved}</p>
    {groups.length > 0 && (
      <>
        <p>{texts.removeGroups(groups.length)}</p>
        <ul>
          {groups.map(({ name }) => (
            <li>{name}</li>
          ))}
        </ul>
      </>
    )}
    <p>{texts.removePeople(peopleCount)}</p>
    <p>{texts.removeAgain}</p>
  </>
);
