// The connections' forms: add, edit, give what the provider says of itself. Each is the empty form and the one that keeps what was typed.
import type { AttributeSettings } from "#features/attributes/index.ts";
import { LogoutFields, SourceFields } from "#features/peer-metadata/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import {
  Card,
  Field,
  Form,
  Notice,
  PageHeader,
  Radios,
  Section,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import { presetNames, presets } from "../presets.ts";
import type { IdentityProvider } from "../schema.ts";
import { texts } from "../texts.ts";
import { AttributeClaimFields } from "./attributes.tsx";

const crumbs = [{ label: texts.title, href: "/identity-providers" }];
const pathOf = ({ id }: Pick<IdentityProvider, "id">) => `/identity-providers/${id}`;

export const NewProviderForm: FormScreen<unknown> = ({ values, problems }) => (
  <>
    <PageHeader title={texts.add} description={texts.createHint} breadcrumbs={crumbs} />
    <Card>
      <Form
        action="/identity-providers"
        submit={texts.create}
        cancel="/identity-providers"
        values={values}
        problems={problems}
      >
        <Radios
          name="preset"
          label={texts.preset}
          hint={texts.presetHint}
          options={presetNames.map((value) => ({ value, label: presets[value].title }))}
        />
        <Field
          name="name"
          label={texts.name}
          hint={texts.nameHint}
          required
          maxlength={120}
          autofocus
        />
      </Form>
    </Card>
  </>
);

export interface Editing extends IdentityProvider {
  /** What becomes of attributes that it says. */
  readonly attributeSettings: AttributeSettings;
}

export const EditProviderForm: FormScreen<Editing> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.editTitle}
      breadcrumbs={[...crumbs, { label: data.name, href: pathOf(data) }]}
    />
    <Card>
      <Form
        action={pathOf(data)}
        method="patch"
        submit={texts.save}
        cancel={pathOf(data)}
        values={values}
        problems={problems}
      >
        <Field name="name" label={texts.name} hint={texts.nameHint} required maxlength={120} />
        <Radios
          name="createsPeople"
          label={texts.createsPeople}
          options={[
            { value: "true", label: texts.createsPeopleYes },
            { value: "false", label: texts.createsPeopleNo },
          ]}
        />
        <Radios
          name="trustsSecondStep"
          label={texts.trustsSecondStep}
          options={[
            {
              value: "false",
              label: texts.trustsSecondStepNo,
              hint: texts.trustsSecondStepNoHint,
            },
            {
              value: "true",
              label: texts.trustsSecondStepYes,
              hint: texts.trustsSecondStepYesHint,
            },
          ]}
        />
        <Radios
          name="speaksForAll"
          label={texts.speaksForAll}
          options={[
            { value: "false", label: texts.speaksForAllNo },
            { value: "true", label: texts.speaksForAllYes, hint: texts.speaksForAllYesHint },
          ]}
        />
        <Radios
          name="isOffered"
          label={texts.isOffered}
          options={[
            { value: "false", label: texts.isOfferedNo },
            { value: "true", label: texts.isOfferedYes, hint: texts.isOfferedYesHint },
          ]}
        />
        <SigningOut />
        <Section title={texts.attributes} description={texts.attributesHint}>
          <Stack>
            <Claim name="emailAttribute" label={texts.emailAttribute} />
            <Claim name="firstNameAttribute" label={texts.firstNameAttribute} />
            <Claim name="lastNameAttribute" label={texts.lastNameAttribute} />
            <Field
              name="subjectAttribute"
              label={texts.subjectAttribute}
              hint={texts.subjectAttributeHint}
              optional
              maxlength={255}
              mono
              spellcheck={false}
            />
          </Stack>
        </Section>
        <AttributeClaimFields settings={data.attributeSettings} />
      </Form>
    </Card>
  </>
);

const SigningOut = () => (
  <Section title={texts.logout}>
    <Stack>
      <Radios
        name="logout"
        label={texts.logoutWhen}
        options={[
          { value: "offer", label: texts.logoutOffer },
          { value: "always", label: texts.logoutAlways, hint: texts.logoutAlwaysHint },
          { value: "never", label: texts.logoutNever },
        ]}
      />
      <LogoutFields hint={texts.logoutUrlHint} />
    </Stack>
  </Section>
);

const Claim = ({ name, label }: { name: string; label: string }) => (
  <Field name={name} label={label} required maxlength={255} mono spellcheck={false} />
);

export const DescriptionForm: FormScreen<IdentityProvider> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.describe}
      breadcrumbs={[...crumbs, { label: data.name, href: pathOf(data) }]}
    />
    <Card>
      {problems[""] !== undefined && <Notice kind="error">{problems[""]}</Notice>}
      <Form
        action={`${pathOf(data)}/description`}
        method="put"
        submit={texts.save}
        cancel={pathOf(data)}
        values={values}
        problems={problems}
      >
        <SourceFields label={texts.how} byHandHint={texts.byHandHint}>
          <ByHand />
        </SourceFields>
      </Form>
    </Card>
  </>
);

const ByHand = () => (
  <Stack>
    <Field name="entityId" label={texts.entityId} spellcheck={false} />
    <Field
      name="ssoUrl"
      label={texts.ssoUrl}
      type="url"
      placeholder="https://"
      spellcheck={false}
    />
    <Select
      name="binding"
      label={texts.binding}
      options={[
        { value: "redirect", label: texts.bindingRedirect },
        { value: "post", label: texts.bindingPost },
      ]}
    />
    <Field
      name="certificates"
      label={texts.certificates}
      hint={texts.certificatesHint}
      type="textarea"
      rows={8}
      mono
      spellcheck={false}
    />
  </Stack>
);
