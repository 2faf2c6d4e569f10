// A refusal as a page: what happened, what to do next, the number that finds the log line.
import type { FC } from "hono/jsx";
import type { DomainError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import { Cluster, FramePage, LinkButton, PageHeader, Stack } from "../ui/index.ts";
import type { View } from "./view.ts";

const texts = defineTexts("problem", {
  home: "Go to the start page",
  requestId: (id: string) => `Request ${id}`,
});

/** Inside the navigation for a signed-in person, else a card of its own. */
export const ProblemScreen: FC<{ error: DomainError; view: View; requestId: string }> = ({
  error,
  view,
  requestId,
}) => {
  const home = <LinkButton href="/">{texts.home}</LinkButton>;
  const { title } = error.spec;
  if (view.viewer) {
    return (
      <Stack>
        <PageHeader title={title} description={texts.requestId(requestId)} />
        <Cluster>{home}</Cluster>
      </Stack>
    );
  }
  return (
    <FramePage
      view={view}
      title={title}
      icon="warning"
      tone="critical"
      lead={texts.requestId(requestId)}
    >
      {home}
    </FramePage>
  );
};
