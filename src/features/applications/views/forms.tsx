// The registry's forms: register, edit, replace metadata. Each is the empty form and the one that keeps what was typed.
import { LogoutFields, peerTexts, SourceFields } from "#features/peer-metadata/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import {
  Card,
  Checkbox,
  Field,
  Form,
  PageHeader,
  Section,
  Select,
  Stack,
} from "#platform/ui/index.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import type { Application } from "../schema.ts";
import { texts } from "../texts.ts";

const crumbs = [{ label: texts.title, href: "/applications" }];

export const NewApplicationForm: FormScreen<unknown> = ({ values, problems }) => (
  <>
    <PageHeader title={texts.register} breadcrumbs={crumbs} />
    <Card>
      <Form
        action="/applications"
        submit={texts.register}
        cancel="/applications"
        values={values}
        problems={problems}
      >
        <Field
          name="name"
          label={texts.name}
          hint={texts.nameHint}
          required
          maxlength={255}
          autofocus
        />
        <SourceFields label={texts.how} byHandHint={texts.byHandHint}>
          <Stack>
            <Field
              name="entityId"
              label={texts.entityId}
              hint={texts.entityIdHint}
              spellcheck={false}
            />
            <Field
              name="acsUrl"
              label={texts.acsUrl}
              hint={texts.acsUrlHint}
              type="url"
              placeholder="https://"
              spellcheck={false}
            />
          </Stack>
        </SourceFields>
        <Field
          name="description"
          label={texts.description}
          type="textarea"
          rows={2}
          optional
          maxlength={2_000}
        />
        <Checkbox
          name="availableToAll"
          label={texts.availableToAll}
          hint={texts.availableToAllHint}
        />
      </Form>
    </Card>
  </>
);

export const EditApplicationForm: FormScreen<Application> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.edit}
      breadcrumbs={[...crumbs, { label: data.name, href: `/applications/${data.id}` }]}
    />
    <Card>
      <Form
        action={`/applications/${data.id}`}
        method="patch"
        submit={texts.save}
        cancel={`/applications/${data.id}`}
        values={values}
        problems={problems}
      >
        <Field name="name" label={texts.name} hint={texts.nameHint} required maxlength={255} />
        <Field
          name="description"
          label={texts.description}
          type="textarea"
          rows={2}
          optional
          maxlength={2_000}
        />
        <Select
          name="nameIdFormat"
          label={texts.nameIdFormat}
          hint={texts.nameIdHint}
          options={[
            { value: nameIdFormats.emailAddress, label: texts.nameIdEmail },
            { value: nameIdFormats.persistent, label: texts.nameIdPersistent },
            { value: nameIdFormats.transient, label: texts.nameIdTransient },
          ]}
        />
        <Section title={peerTexts.logout}>
          <Stack>
            <LogoutFields hint={texts.logoutUrlHint} />
          </Stack>
        </Section>
      </Form>
    </Card>
  </>
);

export const ReplaceMetadataForm: FormScreen<Application> = ({ data, values, problems }) => (
  <>
    <PageHeader
      title={texts.replaceTitle}
      description={texts.replaceHint}
      breadcrumbs={[...crumbs, { label: data.name, href: `/applications/${data.id}` }]}
    />
    <Card>
      <Form
        action={`/applications/${data.id}/metadata`}
        method="put"
        submit={texts.replace}
        cancel={`/applications/${data.id}`}
        values={values}
        problems={problems}
      >
        <Field
          name="metadataXml"
          label={peerTexts.metadataXml}
          type="textarea"
          rows={14}
          mono
          required
          spellcheck={false}
        />
      </Form>
    </Card>
  </>
);
