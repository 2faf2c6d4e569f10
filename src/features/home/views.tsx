import type { Screen } from "#platform/http/view.ts";
import { EmptyState, Grid, LinkButton, PageHeader, Stack, Tile, Time } from "#platform/ui/index.ts";
import { texts } from "./texts.ts";

interface Home {
  readonly apps: readonly { id: string; name: string; description: string; launchPath: string }[];
  readonly authenticatedAt: Date;
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
            <Time at={data.authenticatedAt} zone={viewer?.zone ?? "UTC"} now={view.now} />
          </>
        }
      />
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
    </>
  );
};
