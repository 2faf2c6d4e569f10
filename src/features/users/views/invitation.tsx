// Somebody who has not answered the invitation: sending it again, or cancelling it.
import { ActionButton, Cluster, ConfirmDialog, Notice } from "#platform/ui/index.ts";
import { fullName, type UserDetail } from "../schema.ts";
import { texts } from "../texts.ts";

export function Invitation({ user }: { user: UserDetail }) {
  const invitation = `/users/${user.id}/invitation`;
  return (
    <Notice
      title={texts.invitationTitle}
      action={
        <Cluster>
          <ActionButton action={invitation} icon="mail" small>
            {texts.resend}
          </ActionButton>
          {user.allowedActions.includes("cancel_invitation") && (
            <ConfirmDialog
              id="cancel-invitation"
              trigger={texts.cancelInvitation}
              small
              title={texts.cancelTitle(fullName(user))}
              action={invitation}
              method="delete"
              submit={texts.cancelInvitation}
              page={invitation}
            >
              <p>{texts.cancelText}</p>
            </ConfirmDialog>
          )}
        </Cluster>
      }
    >
      {texts.invitationText(user.email)}
    </Notice>
  );
}
