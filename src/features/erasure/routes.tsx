// The two ends of an account: a page that says what goes and what stays, and the act. Fresh proof on all of them.
import { addsPeople } from "#features/identity-providers/index.ts";
import {
  fullName,
  getUserDetail,
  type User,
  UserDetail,
  UserParams,
} from "#features/users/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { anonymiseUser, deleteUser } from "./actions.ts";
import { Confirmation, Deleted } from "./schema.ts";
import { texts } from "./texts.ts";
import { AnonymisePage, DeletePage, type Deletion } from "./views.tsx";

type OfUser = Pick<Handling<UserParams>, "tenant" | "actor" | "params">;

const detailOf = ({ tenant, actor, params }: OfUser): Promise<UserDetail> =>
  tenant.read((db) => getUserDetail(db, actor, params.userId));

const deletionOf = ({ tenant, actor, params }: OfUser): Promise<Deletion> =>
  tenant.read(async (db) => ({
    ...(await getUserDetail(db, actor, params.userId)),
    mayBeAddedAgain: await addsPeople(db),
  }));

const anonymiseTitle = (user: User) => texts.anonymiseTitle(fullName(user));
const deleteTitle = (user: User) => texts.deleteTitle(fullName(user));

const anonymise = { fresh: true, permit: "users.anonymise", params: UserParams } as const;
const remove = { fresh: true, permit: "users.delete", params: UserParams } as const;

export const erasureRoutes = routes()
  .screen("get", "/users/:userId/anonymisation", {
    ...anonymise,
    title: anonymiseTitle,
    handle: detailOf,
    form: AnonymisePage,
  })
  .on("put", "/users/:userId/anonymisation", {
    ...anonymise,
    summary:
      "Anonymise somebody deactivated, for good: everything goes that says who they were. confirmation is their address",
    title: anonymiseTitle,
    input: Confirmation,
    reply: UserDetail,
    handle: ({ tenant, actor, post, now, params, input }) =>
      tenant.write(async (db) => {
        await anonymiseUser({ db, actor, post, now }, { ...params, ...input });
        return getUserDetail(db, actor, params.userId);
      }),
    form: AnonymisePage,
    load: detailOf,
    next: ({ id }) => `/users/${id}`,
    notice: () => texts.anonymisedNotice,
  })
  .screen("get", "/users/:userId/deletion", {
    ...remove,
    title: deleteTitle,
    handle: deletionOf,
    form: DeletePage,
  })
  .on("delete", "/users/:userId", {
    ...remove,
    summary:
      "Delete somebody deactivated or anonymised; the audit trail stays. An identity provider that still knows them, and adds people by itself, lets them in again. confirmation is their address",
    title: deleteTitle,
    input: Confirmation,
    reply: Deleted,
    handle: ({ tenant, actor, post, now, params, input }) =>
      tenant.write((db) => deleteUser({ db, actor, post, now }, { ...params, ...input })),
    form: DeletePage,
    load: deletionOf,
    next: () => "/users",
    notice: ({ name }) => texts.deletedNotice(name),
  });
