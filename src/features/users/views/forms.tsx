// Inviting a person, and changing one.
import { AttributeFields, type PersonAttribute } from "#features/attributes/index.ts";
import { namedDomains } from "#features/domains/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import {
  Card,
  Field,
  Form,
  Grid,
  Notice,
  PageHeader,
  Radios,
  Section,
} from "#platform/ui/index.ts";
import type { Role } from "#src/permissions.ts";
import { attributePrefix, fullName, type UserDetail } from "../schema.ts";
import { roleHint, roleText, texts } from "../texts.ts";

const backToUsers = { href: "/users", label: texts.title };

export interface Inviting {
  readonly roles: readonly Role[];
  readonly attributes: readonly PersonAttribute[];
  /** Proved to be the organisation's: whoever is added there has nothing to confirm. */
  readonly domains: readonly string[];
}

export const InviteForm: FormScreen<Inviting> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.inviteTitle}
      description={texts.inviteLead}
      breadcrumbs={[backToUsers]}
    />
    <Card>
      <Form
        action="/users"
        submit={texts.invite}
        values={values}
        problems={problems}
        cancel="/users"
      >
        <Names />
        <Field
          name="email"
          type="email"
          label={texts.email}
          hint={texts.emailHint}
          required
          maxlength={254}
          autocomplete="off"
          spellcheck={false}
        />
        <WhatHappensNext domains={data.domains} />
        <Roles roles={data.roles} />
        {data.attributes.length > 0 && (
          <Section title={texts.attributes} description={texts.attributesHint}>
            <Grid wide>
              <AttributeFields items={data.attributes} own={false} prefix={attributePrefix} plain />
            </Grid>
          </Section>
        )}
      </Form>
    </Card>
  </>
);

const WhatHappensNext = ({ domains }: Pick<Inviting, "domains">) => (
  <Notice title={texts.nextTitle}>
    {domains.length === 0 ? (
      texts.nextInvited
    ) : (
      <ul>
        <li>{texts.nextWelcomed(namedDomains(domains))}</li>
        <li>{texts.nextOthers}</li>
      </ul>
    )}
  </Notice>
);

export const EditForm: FormScreen<{ user: UserDetail; roles: readonly Role[] }> = ({
  data: { user, roles },
  values,
  problems,
}) => {
  const page = `/users/${user.id}`;
  return (
    <>
      <PageHeader
        title={texts.editTitle(fullName(user))}
        breadcrumbs={[backToUsers, { href: page, label: fullName(user) }]}
      />
      <Card>
        <Form
          action={page}
          method="patch"
          submit={texts.save}
          values={values}
          problems={problems}
          cancel={page}
        >
          <Names />
          {user.allowedActions.includes("change_role") && (
            <Roles roles={roles} hint={roleHintOf(user)} />
          )}
        </Form>
      </Card>
    </>
  );
};

const roleHintOf = ({ role, signInMethods }: UserDetail): string =>
  role === "member" && signInMethods.includes("provider") ? texts.roleHintLinked : texts.roleHint;

const Names = () => (
  <Grid wide>
    <Field name="firstName" label={texts.firstName} required maxlength={200} autocomplete="off" />
    <Field name="lastName" label={texts.lastName} required maxlength={200} autocomplete="off" />
  </Grid>
);

function Roles({ roles, hint }: { roles: readonly Role[]; hint?: string }) {
  return (
    <Radios
      name="role"
      label={texts.role}
      hint={hint}
      options={roles.map((value) => ({ value, label: roleText[value], hint: roleHint[value] }))}
    />
  );
}
