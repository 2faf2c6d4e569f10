// People: the list, inviting, one person's pages, and what is done about them.
import { z } from "zod";
import {
  attributesShown,
  findAttributeSettings,
  listProviderValues,
} from "#features/attributes/index.ts";
import { listEvents, referenceText } from "#features/audit-log/index.ts";
import { provedDomains } from "#features/domains/index.ts";
import { comingIn } from "#features/identity-providers/index.ts";
import { inviteUser, resendInvitation } from "#features/invitations/index.ts";
import { limitsOf } from "#features/limits/index.ts";
import { listPasskeys } from "#features/passkeys/index.ts";
import { sessionsOf } from "#features/sessions/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { changeUser, createUser, deactivateUser, reactivateUser } from "./actions.ts";
import { cancelInvitation, lockInvited } from "./invited.ts";
import { adoptHash, importUser } from "./import.ts";
import { getUserDetail, listUsers } from "./queries.ts";
import { assertMayManage, rolesToGive } from "./rules.ts";
import {
  type Activity,
  fullName,
  NewPerson,
  User,
  UserChanges,
  UserDetail,
  UserFilter,
  UserList,
  UserParams,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { CancelInvitationPage, DeactivationPage } from "./views/confirm.tsx";
import { EditForm, InviteForm } from "./views/forms.tsx";
import { UserRegion, UsersPage } from "./views/list.tsx";
import { ActivityPage, UserPage } from "./views/user.tsx";

type OfUser = Handling<UserParams>;
type Asked = Pick<OfUser, "tenant" | "actor" | "params">;

const detailOf = ({ tenant, actor, params }: Asked): Promise<UserDetail> =>
  tenant.read((db) => getUserDetail(db, actor, params.userId));

const editing = async (handling: Asked) => ({
  user: await detailOf(handling),
  roles: rolesToGive(handling.actor),
});

const inviting = async ({ tenant, actor }: Pick<OfUser, "tenant" | "actor">) => ({
  roles: rolesToGive(actor),
  // Nobody lacks anything before they are there.
  attributes: attributesShown(await tenant.read(findAttributeSettings), []).map((item) => ({
    ...item,
    isRequired: false,
    isMissing: false,
  })),
  domains: await tenant.read(provedDomains),
});

const pathOf = (user: Pick<User, "id">) => `/users/${user.id}`;
const editTitle = ({ user }: { user: User }) => texts.editTitle(fullName(user));
const deactivateTitle = (user: User) => texts.deactivateTitle(fullName(user));
const cancelTitle = (user: User) => texts.cancelTitle(fullName(user));
const eventsShown = 10;

export const userRoutes = routes()
  .on("get", "/users", {
    permit: "users.read",
    summary: "People by name",
    title: texts.title,
    input: UserFilter,
    reply: UserList,
    handle: ({ tenant, input, now }) => tenant.read((db) => listUsers(db, input, now)),
    page: UsersPage,
    fragments: { "user-list": UserRegion },
  })
  .screen("get", "/users/new", {
    fresh: true,
    permit: "users.manage",
    title: texts.inviteTitle,
    handle: async (handling) => ({ ...(await inviting(handling)), values: { role: "member" } }),
    form: InviteForm,
  })
  .on("post", "/users", {
    fresh: true,
    permit: "users.manage",
    summary:
      "Invite a person: they are added and get a message with a link; an address at a domain proved to be the organisation’s counts as verified; or add one with a password's hash from another system, active at once",
    title: texts.inviteTitle,
    input: NewPerson,
    reply: User,
    creates: true,
    handle: async ({ tenant, actor, post, now, input, services }) => {
      const hash = await adoptHash(services.passwords, actor, input);
      return tenant.write(async (db) => {
        if (hash) return importUser(db, actor, { person: input, hash, now });
        const user = await createUser(db, actor, input);
        await inviteUser(db, post, actor, { userId: user.id, now });
        return user;
      });
    },
    form: InviteForm,
    load: inviting,
    next: pathOf,
    notice: ({ email }) => texts.invitedNotice(email),
  })
  .on("get", "/users/:userId", {
    permit: "users.read",
    summary: "One person with addresses and groups, and what the caller may do about them",
    title: fullName,
    params: UserParams,
    reply: UserDetail,
    handle: detailOf,
    load: ({ tenant, params: { userId }, now }) =>
      tenant.read(async (db) => ({
        passkeys: await listPasskeys(db, userId),
        limits: await limitsOf(db, userId, now),
        comingIn: await comingIn(db, userId),
        saidByProviders: await listProviderValues(db, userId),
      })),
    page: UserPage,
  })
  .screen("get", "/users/:userId/activity", {
    permit: "users.read",
    title: ({ user }: Activity) => fullName(user),
    params: UserParams,
    handle: ({ tenant, actor, params: { userId }, now }) =>
      tenant.read(async (db): Promise<Activity> => {
        const user = await getUserDetail(db, actor, userId);
        const sessions = await sessionsOf(db, userId, now);
        const { items } = await listEvents(db, { personId: userId, limit: eventsShown });
        const events = items.map(({ id, at, says, about, actor: who }) => ({
          id,
          at,
          what: says,
          about: about
            .filter(({ id: whom }) => whom !== userId)
            .map(referenceText)
            .join(" · "),
          who: referenceText(who),
        }));
        return { user, sessions, events };
      }),
    page: ActivityPage,
  })
  .screen("get", "/users/:userId/edit", {
    fresh: true,
    permit: "users.manage",
    title: editTitle,
    params: UserParams,
    handle: async (handling) => {
      const { user, roles } = await editing(handling);
      assertMayManage(handling.actor, user);
      return { user, roles, values: user };
    },
    form: EditForm,
  })
  .on("patch", "/users/:userId", {
    fresh: true,
    permit: "users.manage",
    summary: "Change names or role; a new role ends the person's sessions",
    title: editTitle,
    params: UserParams,
    input: UserChanges,
    reply: UserDetail,
    handle: ({ tenant, actor, post, now, params, input }) =>
      tenant.write(async (db) => {
        await changeUser(db, post, actor, { ...params, ...input, now });
        return getUserDetail(db, actor, params.userId);
      }),
    form: EditForm,
    load: editing,
    next: pathOf,
    notice: () => texts.savedNotice,
  })
  .screen("get", "/users/:userId/deactivation", {
    fresh: true,
    permit: "users.manage",
    title: deactivateTitle,
    params: UserParams,
    handle: detailOf,
    form: DeactivationPage,
  })
  .on("put", "/users/:userId/deactivation", {
    fresh: true,
    permit: "users.manage",
    summary: "Deactivate a person: sessions end and signing in is refused",
    title: deactivateTitle,
    params: UserParams,
    reply: UserDetail,
    handle: ({ tenant, actor, post, params, now }) =>
      tenant.write(async (db) => {
        await deactivateUser(db, post, actor, { ...params, now });
        return getUserDetail(db, actor, params.userId);
      }),
    form: DeactivationPage,
    load: detailOf,
    next: pathOf,
    notice: () => texts.deactivatedNotice,
  })
  .on("delete", "/users/:userId/deactivation", {
    fresh: true,
    permit: "users.manage",
    summary: "Reactivate a person",
    params: UserParams,
    reply: UserDetail,
    handle: ({ tenant, actor, post, params, now }) =>
      tenant.write(async (db) => {
        await reactivateUser(db, post, actor, { ...params, now });
        return getUserDetail(db, actor, params.userId);
      }),
    next: pathOf,
    notice: ({ state }) =>
      state === "invited" ? texts.reactivatedInvitedNotice : texts.reactivatedNotice,
  })
  .screen("get", "/users/:userId/invitation", {
    permit: "users.manage",
    title: cancelTitle,
    params: UserParams,
    handle: detailOf,
    form: CancelInvitationPage,
  })
  .on("post", "/users/:userId/invitation", {
    permit: "users.manage",
    summary: "Send the invitation again; the earlier link stops working",
    params: UserParams,
    reply: UserDetail,
    handle: ({ tenant, actor, post, now, params }) =>
      tenant.write(async (db) => {
        await lockInvited(db, actor, params.userId);
        await resendInvitation(db, post, actor, { ...params, now });
        return getUserDetail(db, actor, params.userId);
      }),
    next: pathOf,
    notice: ({ email }) => texts.resentNotice(email),
  })
  .on("delete", "/users/:userId/invitation", {
    permit: "users.manage",
    summary: "Cancel an invitation: the person, who has never been here, is removed",
    title: cancelTitle,
    params: UserParams,
    reply: z.undefined(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => cancelInvitation(db, actor, params.userId));
      return undefined;
    },
    form: CancelInvitationPage,
    load: detailOf,
    next: () => "/users",
    notice: () => texts.cancelledNotice,
  });
