// People: the list, inviting, one person's page, and what is done about them.
import { z } from "zod";
import { listEvents } from "#features/audit-log/index.ts";
import { inviteUser, resendInvitation } from "#features/invitations/index.ts";
import { sessionsOf } from "#features/sessions/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { cancelInvitation, changeUser, createUser, deactivateUser, reactivateUser } from "./actions.ts";
import { getUserDetail, listUsers } from "./queries.ts";
import { rolesToGive } from "./rules.ts";
import {
  fullName,
  NewUser,
  UserChanges,
  type UserDetail,
  UserDetail as Detail,
  UserFilter,
  UserList,
  UserParams,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { ActivityPage, CancelInvitationPage, DeactivationPage, EditForm, InviteForm, UserPage, UserRegion, UsersPage } from "./views.tsx";

type About = Handling<UserParams, undefined>;

const detailOf = ({ tenant, actor, params }: Pick<About, "tenant" | "actor" | "params">) =>
  tenant.read((db) => getUserDetail(db, actor, params.userId));
const editable = async (handling: About) => ({
  user: await detailOf(handling),
  roles: rolesToGive(handling.actor),
});
const pathOf = (user: UserDetail) => `/users/${user.id}`;
const recentMost = 10;
