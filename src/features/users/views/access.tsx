// On a person's page: whether they may sign in, and the ends of the account.
import {
  ActionButton,
  Card,
  Cluster,
  ConfirmDialog,
  LinkButton,
  Notice,
  Stack,
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
  const mayAnonymise = user.allowedActions.includes("anonymise");
  const isAnonymised = user.state === "anonymised";
  if (!mayAnonymise && !user.allowedActions.includes("delete"))
    return isAnonymised ? <Notice>{texts.anonymisedText}</Notice> : null;
  return (
    <Card title={texts.endTitle} tone="critical">
      <Stack>
        {isAnonymised && <p>{texts.anonymisedText}</p>}
        {mayAnonymise && <p>{texts.anonymiseHint}</p>}
        {user.allowedActions.includes("delete") && (
          <p>{isAnonymised ? texts.deleteAnonymisedHint : texts.deleteHint}</p>
        )}
        <Cluster>
          {mayAnonymise && (
            <LinkButton kind="danger" href={`${pathOf(user)}/anonymisation`}>
              {texts.anonymise}
            </LinkButton>
          )}
          {user.allowedActions.includes("delete") && (
            <LinkButton kind="danger" href={`${pathOf(user)}/deletion`}>
              {texts.delete}
            </LinkButton>
          )}
        </Cluster>
      </Stack>
    </Card>
  );
}
