// The question before a value stands for its group no more.
import type { Screen } from "#platform/http/view.ts";
import { Card, Code, ConfirmForm, LinkButton, PageHeader } from "#platform/ui/index.ts";
import type { Mapping } from "../schema.ts";
import { texts } from "../texts.ts";
import { type Around, crumbsOf } from "./groups.tsx";

export const UnmapPage: Screen<Around & { mapping: Mapping }> = ({
  data: { provider, mapping },
}) => {
  const page = `/identity-providers/${provider.id}/groups`;
  return (
    <>
      <PageHeader title={texts.unmapTitle} breadcrumbs={crumbsOf(provider, true)} />
      <Card>
        <ConfirmForm
          action={`${page}/mappings/${mapping.id}`}
          method="delete"
          submit={texts.unmap}
          cancel={<LinkButton href={page}>{texts.keep}</LinkButton>}
        >
          <p>
            <Code>{mapping.value}</Code> → {mapping.group.name}
          </p>
          <p>{texts.unmapText(mapping.peopleCount)}</p>
        </ConfirmForm>
      </Card>
    </>
  );
};
