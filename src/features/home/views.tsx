import { type AttributeKey, attributeName, completionPath } from "#features/attributes/index.ts";
import { dueText, type StepDue } from "#features/authenticators/index.ts";
import type { Screen } from "#platform/http/view.ts";
import {
  EmptyState,
  Grid,
  LinkButton,
  Notice,
  PageHeader,
  Stack,
  Tile,
  Time,
} from "#platform/ui/index.ts";
import { texts } from "./texts.ts";

interface Home {
  readonly apps: readonly { id: string; name: string; description: string; launchPath: string }[];
  readonly signedInAt: Date;
  /** A stronger second step that they have put off; null: none. */
  readonly due: StepDue | null;
  /** What the person's own profile lacks and they can fill in themselves. */
  readonly missing: readonly AttributeKey[];
}

export const HomePage: Screen<Home> = ({ data, view }) => {
  const { viewer } = view;
  const canRegister = viewer?.can("applications.manage") === true;
  return (
    <>
      <PageHeader
        title={texts.greeting(viewer?.name ?? "")}
        description={
          <>
            {texts.signedInAs(viewer?.email ?? "", view.tenant.name)}
            <Time at={data.signedInAt} zone={viewer?.zone ?? "UTC"} now={view.now} />
          </>
        }
      />
      <Stack gap="large">
        {data.due !== null && (
          <Notice
            kind="warning"
            title={texts.dueTitle}
            action={<LinkButton href="/security">{texts.dueSetUp}</LinkButton>}
          >
            {dueText(data.due, { tenant: view.tenant.name, zone: viewer?.zone ?? "UTC" })}
          </Notice>
        )}
        {data.missing.length > 0 && (
          <Notice kind="info">
            {texts.missing(data.missing.map(attributeName))}
            <a href={completionPath}>{texts.fillIn}</a>
          </Notice>
        )}
        <Stack>
          <h2>{texts.myApps}</h2>
          {data.apps.length > 0 ? (
            <Grid>
              {data.apps.map((app) => (
                <Tile
                  href={app.launchPath}
                  name={app.name}
                  description={app.description || undefined}
                />
              ))}
            </Grid>
          ) : (
            <EmptyState
              icon="apps"
              title={texts.emptyTitle}
              action={
                canRegister && (
                  <LinkButton kind="primary" href="/applications/new">
                    {texts.register}
                  </LinkButton>
                )
              }
            >
              {canRegister ? texts.emptyAdmin : texts.emptyHint}
            </EmptyState>
          )}
        </Stack>
      </Stack>
    </>
  );
};
