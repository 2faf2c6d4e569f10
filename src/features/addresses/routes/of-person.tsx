// Somebody's addresses, for administrators and scripts. Nothing is confirmed by their word: whoever has the mailbox could come in by it.
import { z } from "zod";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { UserId } from "#src/ids.ts";
import { askForAddress, cancelRequest, sendAgain } from "../actions/ask.ts";
import { promoteAddress, removeAddress } from "../actions/change.ts";
import { listAddresses } from "../queries.ts";
import {
  AddressList,
  AddressParams,
  AskedAddress,
  NewAddress,
  PendingAddress,
  PendingParams,
  PersonParams,
  Promotion,
} from "../schema.ts";
import { texts } from "../texts.ts";
import {
  AddForm,
  addTitle,
  PromotionForm,
  promotionTitle,
  RemovalForm,
  removalTitle,
} from "../views/forms.tsx";
import { AddressesPage, pathOf } from "../views/list.tsx";
import { acting, addStep, promotionStep, removalStep } from "./steps.ts";

const path = "/users/:userId/addresses";
const manage = { permit: "users.manage" } as const;
const change = { ...manage, fresh: true } as const;

type Asked = Pick<Handling<unknown, unknown>, "tenant" | "actor" | "now">;
type OfPerson = Asked & { readonly params: { readonly userId: UserId } };
type OfAddress = Asked & {
  readonly params: { readonly userId: UserId; readonly addressId: string };
};

const list = (handling: OfPerson): Promise<AddressList> =>
  handling.tenant.read((db) => listAddresses(db, handling, handling.params.userId));
const adding = (handling: OfPerson) => addStep(handling, { ...handling.params, isOwn: false });
const promotion = (handling: OfAddress) =>
  promotionStep(handling, { ...handling.params, isOwn: false });
const removal = (handling: OfAddress) =>
  removalStep(handling, { ...handling.params, isOwn: false });
const toList = (_: unknown, { userId }: { userId: UserId }) => pathOf(userId);

export const addressRoutes = routes()
  .on("get", path, {
    permit: "users.read",
    summary: "A person’s addresses, those that wait for their mailbox, and what the caller may do",
    title: ({ user }: AddressList) => texts.titleOf(user.name),
    params: PersonParams,
    reply: AddressList,
    handle: list,
    page: AddressesPage,
  })
  .screen("get", `${path}/new`, {
    ...change,
    title: addTitle,
    params: PersonParams,
    handle: adding,
    form: AddForm,
  })
  .on("post", path, {
    ...change,
    summary:
      "Add an address: a message with a link goes to it, and it is the person’s once that is confirmed; at once where its domain is proved to be the organisation’s and the caller is a super administrator",
    title: addTitle,
    params: PersonParams,
    input: NewAddress,
    reply: AskedAddress,
    creates: true,
    handle: ({ tenant, params, input, ...handling }) =>
      tenant.write((db) => askForAddress(acting(db, handling), { ...params, ...input })),
    form: AddForm,
    load: adding,
    next: toList,
    notice: (asked) =>
      "verifiedAt" in asked
        ? texts.addedAtOnceNotice(asked.email)
        : texts.askedOfNotice(asked.email),
  })
  .screen("get", `${path}/:addressId/primary`, {
    ...change,
    title: promotionTitle,
    params: AddressParams,
    handle: promotion,
    form: PromotionForm,
  })
  .on("put", `${path}/:addressId/primary`, {
    ...change,
    summary:
      "Make an address the primary one; where applications or the way to sign in would change, 409 tells which, and confirm: true does it",
    title: promotionTitle,
    params: AddressParams,
    input: Promotion,
    reply: AddressList,
    handle: async ({ tenant, params, input, ...handling }) => {
      await tenant.write((db) => promoteAddress(acting(db, handling), { ...params, ...input }));
      return list({ tenant, params, ...handling });
    },
    form: PromotionForm,
    load: promotion,
    next: toList,
    notice: ({ addresses }) => texts.promotedNotice(addresses[0]?.email ?? ""),
  })
  .screen("get", `${path}/:addressId/removal`, {
    ...change,
    title: removalTitle,
    params: AddressParams,
    handle: removal,
    form: RemovalForm,
  })
  .on("delete", `${path}/:addressId`, {
    ...change,
    summary: "Remove an address that is not the primary one",
    title: removalTitle,
    params: AddressParams,
    reply: AddressList,
    handle: async ({ tenant, params, ...handling }) => {
      await tenant.write((db) => removeAddress(acting(db, handling), params));
      return list({ tenant, params, ...handling });
    },
    form: RemovalForm,
    load: removal,
    next: toList,
    notice: () => texts.removedNotice,
  })
  .on("post", `${path}/pending/:pendingAddressId/mail`, {
    ...manage,
    summary: "Send the message to an address that waits again; the earlier link stops working",
    params: PendingParams,
    reply: PendingAddress,
    handle: ({ tenant, params, ...handling }) =>
      tenant.write((db) => sendAgain(acting(db, handling), params)),
    next: toList,
    notice: ({ email }) => texts.askedOfNotice(email),
  })
  .on("delete", `${path}/pending/:pendingAddressId`, {
    ...manage,
    summary: "Cancel the request for an address that waits: its link stops working",
    params: PendingParams,
    reply: z.undefined(),
    handle: async ({ tenant, params, ...handling }) => {
      await tenant.write((db) => cancelRequest(acting(db, handling), params));
      return undefined;
    },
    next: toList,
    notice: () => texts.cancelledNotice,
  });
