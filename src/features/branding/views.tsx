// The page on which administrators choose logo and colour, with what will become of the colour.
import type {
  FormScreen,
  PageScreen,
  Problems,
  Screen,
  Values,
  View,
} from "#platform/http/view.ts";
import {
  type Accent,
  accentOf,
  accentPreviewAddress,
  Card,
  Checkbox,
  ConfirmDialog,
  ConfirmForm,
  Field,
  Form,
  LinkButton,
  PageHeader,
  Radios,
  Section,
  Stack,
} from "#platform/ui/index.ts";
import type { Branding } from "./schema.ts";
import { texts } from "./texts.ts";

/** What the field offers before anybody chose: the standard colour. */
const standardAccent = "#0d5c73";
const accepted = "image/png,image/jpeg,image/webp";

export const BrandingPage: PageScreen<Branding, unknown> = ({ data, view }) => {
  const values = {
    accentKind: data.accent === null ? "standard" : "own",
    accent: data.accent ?? standardAccent,
  };
  return <Settings branding={data} view={view} values={values} problems={{}} />;
};

export const BrandingForm: FormScreen<Branding> = ({ data, view, values, problems }) => (
  <Settings branding={data} view={view} values={values} problems={problems} />
);

interface SettingsProps {
  readonly branding: Branding;
  readonly view: View;
  readonly values: Values;
  readonly problems: Problems;
}

function Settings({ branding, view, values, problems }: SettingsProps) {
  const typed = typeof values["accent"] === "string" ? values["accent"] : standardAccent;
  return (
    <>
      <PageHeader
        title={texts.title}
        description={texts.description}
        actions={(branding.logo !== null || branding.accent !== null) && <ResetDialog />}
      />
      <Form
        action="/branding"
        method="put"
        multipart
        submit={texts.save}
        values={values}
        problems={problems}
      >
        <Section title={texts.logo} description={texts.logoHint}>
          <LogoFields branding={branding} view={view} />
        </Section>
        <Section title={texts.colour} description={texts.colourHint}>
          <Stack>
            <Radios
              name="accentKind"
              label={texts.accentKind}
              cards
              options={[
                { value: "standard", label: texts.standard },
                { value: "own", label: texts.own },
              ]}
            />
            <div class="own-accent stack" data-gap="medium">
              <Field
                name="accent"
                type="color"
                label={texts.accent}
                hx={{
                  "hx-get": "/branding/preview",
                  "hx-trigger": "input changed delay:200ms",
                  "hx-target": "#accent-preview",
                  "hx-swap": "outerHTML",
                }}
              />
              <Preview data={{ accent: typed }} view={view} />
            </div>
          </Stack>
        </Section>
      </Form>
    </>
  );
}

function LogoFields({ branding: { logo }, view }: { branding: Branding; view: View }) {
  return (
    <Stack>
      {logo === null ? (
        <p>{texts.noLogo}</p>
      ) : (
        <img class="logo-preview" src={logo.path} alt={texts.logoNow(view.tenant.name)} />
      )}
      <Field
        name="logo"
        type="file"
        label={texts.logoFile}
        hint={texts.logoFileHint}
        accept={accepted}
        optional
      />
      {logo !== null && <Checkbox name="removeLogo" label={texts.removeLogo} />}
    </Stack>
  );
}

/** What a colour will look like in both looks, and what is done to keep it readable. Replaced while somebody chooses. */
export const Preview: Screen<{ accent: string }> = ({ data, view }) => {
  const accent = accentOf(data.accent);
  const sheet = accent && accentPreviewAddress(data.accent);
  return (
    <div id="accent-preview" class="stack" data-gap="small" aria-live="polite">
      {sheet !== null && <link rel="stylesheet" href={sheet} />}
      {accent && <Verdict accent={accent} />}
      <div class="accent-looks">
        {(["light", "dark"] as const).map((look) => (
          <Look look={look} view={view} />
        ))}
      </div>
    </div>
  );
};

const lookNames = { light: texts.previewLight, dark: texts.previewDark } as const;

/** Shows, does nothing: no control that a keyboard could reach. */
function Look({ look, view }: { look: "light" | "dark"; view: View }) {
  return (
    <div class="accent-preview" data-look={look}>
      <span class="accent-preview-head">{lookNames[look]}</span>
      <span class="button" data-kind="primary">
        <span class="button-label">{texts.previewButton}</span>
      </span>
      <span class="accent-preview-link">{texts.previewLink}</span>
      <span>{view.tenant.name}</span>
    </div>
  );
}

function Verdict({ accent }: { accent: Accent }) {
  const { given, contrastWithWhite, light, dark } = accent;
  const asGiven = [light, dark].every(({ fill, on }) => fill === given && on === "#ffffff");
  if (asGiven) return <p>{texts.readable(contrastWithWhite)}</p>;
  const colourName = (on: string) => (on === "#ffffff" ? texts.white : texts.black);
  return (
    <>
      <p>{contrastWithWhite < 4.5 ? texts.adjusted(contrastWithWhite) : texts.adjustedForGround}</p>
      <ul>
        <li>{texts.shade(texts.previewLight, light.fill, colourName(light.on))}</li>
        <li>{texts.shade(texts.previewDark, dark.fill, colourName(dark.on))}</li>
      </ul>
    </>
  );
}

const resetQuestion = {
  title: texts.resetTitle,
  action: "/branding",
  method: "delete",
  submit: texts.reset,
} as const;

function ResetDialog() {
  return (
    <ConfirmDialog
      id="reset-branding"
      trigger={texts.reset}
      page="/branding/reset"
      {...resetQuestion}
    >
      <p>{texts.resetText}</p>
    </ConfirmDialog>
  );
}

export const ConfirmReset: Screen<null> = () => (
  <>
    <PageHeader
      title={texts.resetTitle}
      breadcrumbs={[{ label: texts.title, href: "/branding" }]}
    />
    <Card>
      <ConfirmForm
        {...resetQuestion}
        cancel={<LinkButton href="/branding">{texts.cancel}</LinkButton>}
      >
        <p>{texts.resetText}</p>
      </ConfirmForm>
    </Card>
  </>
);
