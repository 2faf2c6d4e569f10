// What a person's profile says of their passkeys; more, and revoking, is on a page of its own.
import type { Passkey } from "#features/passkeys/index.ts";
import type { View } from "#platform/http/view.ts";
import { Card, KeyValues, LinkButton, Status, Time } from "#platform/ui/index.ts";
import type { UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

interface PasskeysProps {
  readonly user: UserDetail;
  readonly passkeys: readonly Passkey[];
  readonly view: View;
}

export function Passkeys({ user, passkeys, view }: PasskeysProps) {
  const isEmpty = passkeys.length === 0;
  return (
    <Card
      title={texts.passkeys}
      actions={
        isEmpty ? undefined : (
          <LinkButton small href={`/users/${user.id}/passkeys`}>
            {texts.passkeysShow}
          </LinkButton>
        )
      }
    >
      {isEmpty ? (
        <p>{texts.noPasskeys}</p>
      ) : (
        <KeyValues
          items={passkeys.map((passkey) => ({
            label: passkey.name,
            value: <PasskeyUse passkey={passkey} view={view} />,
          }))}
        />
      )}
    </Card>
  );
}

function PasskeyUse({ passkey, view }: { passkey: Passkey; view: View }) {
  const { suspendedAt, lastUsedAt } = passkey;
  if (suspendedAt !== null) return <Status tone="critical">{texts.passkeySuspended}</Status>;
  if (lastUsedAt === null) return texts.passkeyUnused;
  return (
    <span>
      {texts.passkeyUsed}{" "}
      <Time at={lastUsedAt} zone={view.viewer?.zone ?? "UTC"} format="relative" now={view.now} />
    </span>
  );
}
