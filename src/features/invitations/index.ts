export { inviteUser, resendInvitation } from "./actions.ts";
export { invitationAccepted, invitationSent } from "./events.ts";
