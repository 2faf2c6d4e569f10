// The profile page.
import { AttributeFields, type PersonAttribute } from "#features/attributes/index.ts";
import type { FormScreen } from "#platform/http/view.ts";
import { controlOf, FieldFrame } from "#platform/ui/field.tsx";
import {
  Badge,
  Card,
  Cluster,
  Field,
  Form,
  Grid,
  KeyValues,
  LinkButton,
  PageHeader,
  Radios,
  Section,
  Stack,
  Status,
} from "#platform/ui/index.ts";
import type { Role } from "#src/permissions.ts";
import type { Profile } from "./schema.ts";
import { texts } from "./texts.ts";
import { offsetOf, timeZones } from "./time-zones.ts";

interface Own {
  readonly profile: Profile;
  readonly mayEdit: boolean;
  readonly attributes: readonly PersonAttribute[];
}

export const ProfileForm: FormScreen<Own> = ({
  data: { profile, mayEdit, attributes },
  view,
  values,
  problems,
}) => (
  <>
    <PageHeader title={texts.title} description={texts.description} />
    <Stack gap="large">
      <Form
        action="/profile"
        method="patch"
        submit={texts.save}
        values={values}
        problems={problems}
      >
        <Section
          title={texts.names}
          description={mayEdit ? texts.namesHint : texts.namesLockedHint}
        >
          <Grid>
            <Field
              name="firstName"
              label={texts.firstName}
              readonly={!mayEdit}
              required
              maxlength={200}
              autocomplete="given-name"
            />
            <Field
              name="lastName"
              label={texts.lastName}
              readonly={!mayEdit}
              required
              maxlength={200}
              autocomplete="family-name"
            />
          </Grid>
        </Section>
        <AttributeFields items={attributes} own />
        <Section title={texts.display} description={texts.displayHint}>
          <Stack>
            <TimeZoneField now={view.now} />
            <Radios
              name="theme"
              label={texts.theme}
              cards
              options={[
                { value: "system", label: texts.system },
                { value: "light", label: texts.light },
                { value: "dark", label: texts.dark },
              ]}
            />
          </Stack>
        </Section>
      </Form>
      <Facts profile={profile} />
    </Stack>
  </>
);

/** A text field that proposes every zone: typing finds it, and without script or proposals the name can be typed. */
function TimeZoneField({ now }: { now: Date }) {
  const question = { name: "timeZone", label: texts.timeZone, hint: texts.timeZoneHint };
  const { id, kept, problem, attributes } = controlOf(question);
  return (
    <FieldFrame {...question} id={id} problem={problem}>
      <input
        class="input"
        type="text"
        {...attributes}
        list={`${id}-zones`}
        value={typeof kept === "string" ? kept : ""}
        required
        maxlength={100}
        autocomplete="off"
        spellcheck={false}
      />
      <datalist id={`${id}-zones`}>
        {timeZones.map((zone) => (
          <option value={zone} label={offsetOf(zone, now)}></option>
        ))}
      </datalist>
    </FieldFrame>
  );
}

const roleText: Readonly<Record<Role, string>> = {
  member: texts.member,
  admin: texts.admin,
  super_admin: texts.superAdmin,
};

function Facts({ profile: { role, emails } }: { profile: Profile }) {
  return (
    <Stack gap="large">
      <Card
        title={texts.addresses}
        description={texts.addressesHint}
        actions={<LinkButton href="/profile/addresses">{texts.addressesManage}</LinkButton>}
      >
        <Stack gap="small">
          {emails.map(({ email, isPrimary, verifiedAt }) => (
            <Cluster>
              <span>{email}</span>
              {isPrimary && emails.length > 1 && <Badge>{texts.primary}</Badge>}
              <Status tone={verifiedAt === null ? "caution" : "positive"}>
                {verifiedAt === null ? texts.unverified : texts.verified}
              </Status>
            </Cluster>
          ))}
        </Stack>
      </Card>
      <Card
        title={texts.account}
        description={texts.accountHint}
        actions={<LinkButton href="/security">{texts.security}</LinkButton>}
      >
        <KeyValues items={[{ label: texts.role, value: <Badge>{roleText[role]}</Badge> }]} />
      </Card>
    </Stack>
  );
}
