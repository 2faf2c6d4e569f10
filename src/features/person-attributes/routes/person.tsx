// Somebody's attributes, for administrators and scripts.
import { attributeValues } from "#features/attributes/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { aboveRole } from "#features/users/index.ts";
import { askPerson, changeAttributes, takeBack } from "../actions.ts";
import { getPersonAttributes } from "../queries.ts";
import { AttributeChangesInput, PersonAttributes, PersonParams } from "../schema.ts";
import { texts } from "../texts.ts";
import { AttributesForm, AttributesPage, pathOf } from "../views/person.tsx";

const path = "/users/:userId/attributes";
type Asked = Pick<Handling<PersonParams, unknown>, "tenant" | "actor" | "now" | "params">;

const of = ({ tenant, actor, now, params }: Asked): Promise<PersonAttributes> =>
  tenant.read((db) => getPersonAttributes(db, { actor, now }, params.userId));

const toPage = ({ user }: PersonAttributes) => pathOf(user);

export const personAttributeRoutes = routes()
  .on("get", path, {
    permit: "users.read",
    summary: "A person’s attributes that are in use, whose word each value is, and what is missing",
    title: ({ user }: PersonAttributes) => texts.titleOf(user.name),
    params: PersonParams,
    reply: PersonAttributes,
    handle: of,
    page: AttributesPage,
  })
  .screen("get", `${path}/edit`, {
    fresh: true,
    permit: "users.manage",
    title: ({ user }: PersonAttributes) => texts.editTitle(user.name),
    params: PersonParams,
    handle: async (handling) => {
      const found = await of(handling);
      if (!found.mayEdit) throw aboveRole({ userId: found.user.id });
      return { ...found, values: attributeValues(found.attributes) };
    },
    form: AttributesForm,
  })
  .on("patch", path, {
    fresh: true,
    permit: "users.manage",
    summary:
      "Change a person’s attributes: what is absent stays, null clears; a value that cannot be read is refused",
    title: ({ user }: PersonAttributes) => texts.editTitle(user.name),
    params: PersonParams,
    input: AttributeChangesInput,
    reply: PersonAttributes,
    handle: ({ tenant, actor, now, params: { userId }, input }) =>
      tenant.write(async (db) => {
        await changeAttributes(db, actor, { userId, changes: input });
        return getPersonAttributes(db, { actor, now }, userId);
      }),
    form: AttributesForm,
    load: of,
    next: toPage,
    notice: () => texts.savedNotice,
  })
  .on("put", "/users/:userId/profile-completion", {
    permit: "users.manage",
    summary:
      "Ask a person to complete their profile: their next page asks for what is missing, until it is there",
    params: PersonParams,
    reply: PersonAttributes,
    handle: ({ tenant, actor, now, params: { userId } }) =>
      tenant.write(async (db) => {
        await askPerson(db, actor, { userId, now });
        return getPersonAttributes(db, { actor, now }, userId);
      }),
    next: toPage,
    notice: () => texts.askedNotice,
  })
  .on("delete", "/users/:userId/profile-completion", {
    permit: "users.manage",
    summary: "Ask them no more",
    params: PersonParams,
    reply: PersonAttributes,
    handle: ({ tenant, actor, now, params: { userId } }) =>
      tenant.write(async (db) => {
        await takeBack(db, actor, userId);
        return getPersonAttributes(db, { actor, now }, userId);
      }),
    next: toPage,
    notice: () => texts.takenBackNotice,
  });
