// One's own addresses. What a stolen session could use to take the account over asks for fresh proof.
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { forbidden } from "#platform/http/door.ts";
import { routes } from "#platform/http/route.ts";
import type { UserId } from "#src/ids.ts";
import { askForAddress, cancelRequest, sendAgain } from "../actions/ask.ts";
import { promoteAddress, removeAddress } from "../actions/change.ts";
import { listAddresses } from "../queries.ts";
import { NewAddress, OwnAddressParams, OwnPendingParams, Promotion } from "../schema.ts";
import { texts } from "../texts.ts";
import {
  AddForm,
  addTitle,
  PromotionForm,
  promotionTitle,
  RemovalForm,
  removalTitle,
} from "../views/forms.tsx";
import { OwnAddressesPage, ownPath } from "../views/list.tsx";
import { acting, addStep, promotionStep, removalStep } from "./steps.ts";

const own = { permit: "account.manage" } as const;
const change = { ...own, fresh: true } as const;

type AnyHandling = Pick<Handling<unknown, unknown>, "session" | "tenant" | "actor" | "now">;

/** @throws {forbidden} for a caller without a session (a script) */
function me({ session }: AnyHandling): UserId {
  if (!session) throw forbidden();
  return session.userId;
}

type OfAddress = AnyHandling & { readonly params: { readonly ownAddressId: string } };
const mine = (handling: AnyHandling) => ({ userId: me(handling), isOwn: true });
const myAddress = (handling: OfAddress) => ({
  ...mine(handling),
  addressId: handling.params.ownAddressId,
});
const myPending = (
  handling: AnyHandling & { readonly params: { readonly ownPendingAddressId: string } },
) => ({ userId: me(handling), pendingAddressId: handling.params.ownPendingAddressId });
const promotion = (handling: OfAddress) => promotionStep(handling, myAddress(handling));
const removal = (handling: OfAddress) => removalStep(handling, myAddress(handling));
const adding = (handling: AnyHandling) => addStep(handling, mine(handling));

export const ownAddressRoutes = routes()
  .screen("get", ownPath, {
    ...own,
    title: texts.title,
    page: OwnAddressesPage,
    handle: (handling) => handling.tenant.read((db) => listAddresses(db, handling, me(handling))),
  })
  .screen("get", `${ownPath}/new`, { ...change, title: addTitle, handle: adding, form: AddForm })
  .screen("post", ownPath, {
    ...change,
    title: addTitle,
    input: NewAddress,
    form: AddForm,
    load: adding,
    handle: async (handling): Promise<Redirect> => {
      const { email } = handling.input;
      const userId = me(handling);
      await handling.tenant.write((db) => askForAddress(acting(db, handling), { userId, email }));
      return redirect(ownPath, texts.askedNotice(email));
    },
  })
  .screen("get", `${ownPath}/:ownAddressId/primary`, {
    ...change,
    title: promotionTitle,
    params: OwnAddressParams,
    handle: promotion,
    form: PromotionForm,
  })
  .screen("put", `${ownPath}/:ownAddressId/primary`, {
    ...change,
    title: promotionTitle,
    params: OwnAddressParams,
    input: Promotion,
    form: PromotionForm,
    load: promotion,
    handle: async (handling): Promise<Redirect> => {
      const wanted = { ...myAddress(handling), ...handling.input };
      const { email } = await handling.tenant.write((db) =>
        promoteAddress(acting(db, handling), wanted),
      );
      return redirect(ownPath, texts.promotedNotice(email));
    },
  })
  .screen("get", `${ownPath}/:ownAddressId/removal`, {
    ...change,
    title: removalTitle,
    params: OwnAddressParams,
    handle: removal,
    form: RemovalForm,
  })
  .screen("delete", `${ownPath}/:ownAddressId`, {
    ...change,
    title: removalTitle,
    params: OwnAddressParams,
    form: RemovalForm,
    load: removal,
    handle: async (handling): Promise<Redirect> => {
      const wanted = myAddress(handling);
      await handling.tenant.write((db) => removeAddress(acting(db, handling), wanted));
      return redirect(ownPath, texts.removedNotice);
    },
  })
  // Neither gives anybody anything that they had not proven themselves for.
  .screen("post", `${ownPath}/pending/:ownPendingAddressId/mail`, {
    ...own,
    params: OwnPendingParams,
    handle: async (handling): Promise<Redirect> => {
      const wanted = myPending(handling);
      const { email } = await handling.tenant.write((db) =>
        sendAgain(acting(db, handling), wanted),
      );
      return redirect(ownPath, texts.askedNotice(email));
    },
  })
  .screen("delete", `${ownPath}/pending/:ownPendingAddressId`, {
    ...own,
    params: OwnPendingParams,
    handle: async (handling): Promise<Redirect> => {
      const wanted = myPending(handling);
      await handling.tenant.write((db) => cancelRequest(acting(db, handling), wanted));
      return redirect(ownPath, texts.cancelledNotice);
    },
  });
