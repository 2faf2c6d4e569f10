// By which identity providers somebody comes in, and what was decided about it.
import { attributeName, type ProviderValue, valueText } from "#features/attributes/index.ts";
import type { ComingIn } from "#features/identity-providers/index.ts";
import type { View } from "#platform/http/view.ts";
import { Card, DataTable, LinkButton, Stack, Status, Time } from "#platform/ui/index.ts";
import type { UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

interface Shown {
  readonly user: UserDetail;
  readonly comingIn: ComingIn;
  readonly view: View;
}

/** For those who may decide it; to everybody else only where there is something to say. */
export function Providers({ user, comingIn, view }: Shown) {
  const mayDecide = view.viewer?.can("identity_providers.manage") === true;
  const { links, word, isWaiting } = comingIn;
  if (!mayDecide && links.length === 0 && word === null) return null;
  return (
    <Card
      title={texts.providers}
      description={texts.providersText}
      actions={
        mayDecide && user.state === "active" ? (
          <LinkButton href={`/users/${user.id}/identity-provider/edit`}>
            {texts.providersChange}
          </LinkButton>
        ) : undefined
      }
    >
      <Stack gap="small">
        {links.length === 0 && word === null && <p>{texts.providersNone}</p>}
        {links.map(({ name, state, lastUsedAt }) => (
          <p>
            {name}{" "}
            {state === "enabled" ? null : <Status tone="neutral">{texts.providerDisabled}</Status>}{" "}
            <small>
              {texts.providerLast}{" "}
              <Time at={lastUsedAt} zone={view.viewer?.zone ?? "UTC"} now={view.now} />
            </small>
          </p>
        ))}
        {word !== null && (
          <p>
            {word.provider === null
              ? texts.providersByPassword
              : isWaiting
                ? texts.providerWaiting(word.provider.name)
                : texts.providerAlone(word.provider.name)}
          </p>
        )}
      </Stack>
    </Card>
  );
}

/** What each provider said of the person last, whether or not it is in force: where a value comes from, and what stands against it. */
export function SaidByProviders({
  said,
  view,
}: {
  readonly said: readonly ProviderValue[];
  readonly view: View;
}) {
  if (said.length === 0) return null;
  const zone = view.viewer?.zone ?? "UTC";
  return (
    <Card title={texts.saidByProviders} description={texts.saidByProvidersText} flush>
      <DataTable
        caption={texts.saidByProviders}
        rows={said}
        columns={[
          { label: texts.saidBy, cell: ({ identityProvider }) => identityProvider.name },
          { label: texts.saidAttribute, cell: ({ key }) => attributeName(key) },
          {
            label: texts.saidValue,
            cell: ({ key, value, isInForce }) => (
              <>
                {valueText(key, value)}{" "}
                {isInForce && <Status tone="positive">{texts.saidInForce}</Status>}
              </>
            ),
          },
          {
            label: texts.when,
            secondary: true,
            tight: true,
            cell: ({ saidAt }) => <Time at={saidAt} zone={zone} now={view.now} />,
          },
        ]}
      />
    </Card>
  );
}
