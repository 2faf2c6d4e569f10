// By which identity providers somebody comes in, and what was decided about it.
import type { ComingIn } from "#features/identity-providers/index.ts";
import type { View } from "#platform/http/view.ts";
import { Card, LinkButton, Stack, Status, Time } from "#platform/ui/index.ts";
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
