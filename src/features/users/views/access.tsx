// On a person's page: whether they may sign in, and the ends of the account.
import {
  ActionButton,
  Card,
  ConfirmDialog,
  KeyValues,
  LinkButton,
  Notice,
  Stack,
  Time,
} from "#platform/ui/index.ts";
import { fullName, type UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

const pathOf = (user: UserDetail) => `/users/${user.id}`;

export function Access({ user }: { user: UserDetail }) {
  const deactivation = `${pathOf(user)}/deactivation`;
  if (user.allowedActions.includes("reactivate"))
    return (
      <Card title={texts.access} description={texts.reactivateHint}>
        <ActionButton action={deactivation} method="delete" icon="play" kind="primary">
          {texts.reactivate}
        </ActionButton>
      </Card>
    );
  if (!user.allowedActions.includes("deactivate")) return null;
  return (
    <Card title={texts.access} description={texts.deactivateHint} tone="critical">
      <ConfirmDialog
        id="deactivate"
        trigger={texts.deactivate}
        triggerIcon="ban"
        title={texts.deactivateTitle(fullName(user))}
        action={deactivation}
        method="put"
        submit={texts.deactivate}
        page={deactivation}
      >
        <p>{texts.deactivateText}</p>
      </ConfirmDialog>
    </Card>
  );
}

/** Both ask on a page of their own, with the address to be typed: no dialog is large enough for what goes. */
export function End({ user }: { user: UserDetail }) {
  const isAnonymised = user.state === "anonymised";
  return (
    <>
      {user.allowedActions.includes("anonymise") && (
        <Card title={texts.anonymiseTitle} description={texts.anonymiseHint} tone="critical">
          <LinkButton href={`${pathOf(user)}/anonymisation`}>{texts.anonymise}</LinkButton>
        </Card>
      )}
      {user.allowedActions.includes("delete") && (
        <Card
          title={texts.deleteTitle}
          description={isAnonymised ? texts.deleteAnonymisedHint : texts.deleteHint}
          tone="critical"
        >
          <LinkButton href={`${pathOf(user)}/deletion`}>{texts.delete}</LinkButton>
        </Card>
      )}
    </>
  );
}

/** All that is left of somebody anonymised. */
export function Nobody({ user, zone }: { user: UserDetail; zone: string }) {
  return (
    <Stack gap="large">
      <Notice>{texts.anonymisedText}</Notice>
      <Card title={texts.details}>
        <KeyValues
          items={[
            { label: texts.addedAt, value: <Time at={user.createdAt} zone={zone} /> },
            {
              label: texts.deactivatedAt,
              value: user.deactivatedAt && <Time at={user.deactivatedAt} zone={zone} />,
            },
          ]}
        />
      </Card>
      <End user={user} />
    </Stack>
  );
}
