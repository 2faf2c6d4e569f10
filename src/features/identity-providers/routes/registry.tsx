// The connections' URLs: for super administrators alone.
import { z } from "zod";
import { findAttributeSettings } from "#features/attributes/index.ts";
import { metadataBodyMaxBytes, registering } from "#features/peer-metadata/index.ts";
import { routes } from "#platform/http/route.ts";
import { typedLogout } from "#protocols/saml/metadata/logout-endpoint.ts";
import { changeProvider, createProvider, keepDescription } from "../actions/registry.ts";
import { claimFields } from "../attribute-claims.ts";
import { deleteProvider, disableProvider, enableProvider } from "../actions/state.ts";
import { findLeftOut, listProviders } from "../queries.ts";
import {
  Confirmation,
  Deletion,
  Description,
  IdentityProvider,
  IdentityProviderChanges,
  NewIdentityProvider,
  ProviderList,
  ProviderPaging,
  ProviderParams,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { DeletionForm, DisablementForm, type Leaving } from "../views/confirm.tsx";
import { ProviderForm, ProviderPage } from "../views/detail.tsx";
import {
  DescriptionForm,
  type Editing,
  EditProviderForm,
  NewProviderForm,
} from "../views/forms.tsx";
import { ProviderRows, ProvidersPage } from "../views/list.tsx";

import { type Of, show, shown } from "./shown.ts";

const path = "/identity-providers";
const one = `${path}/:providerId`;
const manage = { permit: "identity_providers.manage" } as const;
const change = { ...manage, fresh: true } as const;

const detailPath = ({ id }: { id: string }) => `${path}/${id}`;

const leaving = async (handling: Of): Promise<Leaving> => {
  const { providerId } = handling.params;
  const provider = await show(handling, providerId);
  return { provider, leftOut: await handling.tenant.read((db) => findLeftOut(db, providerId)) };
};

const editing = async (handling: Of): Promise<Editing> => ({
  ...(await show(handling, handling.params.providerId)),
  attributeSettings: await handling.tenant.read(findAttributeSettings),
});

export const identityProviderRoutes = routes()
  .on("get", path, {
    ...manage,
    input: ProviderPaging,
    reply: ProviderList,
    summary: "List identity providers",
    title: texts.title,
    handle: ({ tenant, input }) => tenant.read((db) => listProviders(db, input)),
    page: ProvidersPage,
    fragments: { providers: ProviderRows },
  })
  .screen("get", `${path}/new`, {
    ...change,
    title: texts.add,
    handle: () => Promise.resolve({ values: { preset: "okta" } }),
    form: NewProviderForm,
  })
  .on("post", path, {
    ...change,
    input: NewIdentityProvider,
    reply: IdentityProvider,
    creates: true,
    summary: "Add an identity provider as a draft: our side, with its own key pair",
    title: texts.add,
    handle: async (handling) =>
      show(handling, await createProvider(registering(handling), handling.input)),
    form: NewProviderForm,
    next: detailPath,
    notice: ({ name }) => texts.created(name),
  })
  .on("get", one, {
    ...manage,
    params: ProviderParams,
    reply: IdentityProvider,
    summary: "Show an identity provider",
    title: ({ name }: IdentityProvider) => name,
    handle: (handling) => show(handling, handling.params.providerId),
    load: shown,
    page: ProviderPage,
  })
  .screen("get", `${one}/edit`, {
    ...change,
    params: ProviderParams,
    title: texts.editTitle,
    handle: async (handling) => {
      const provider = await editing(handling);
      return { ...provider, values: formValues(provider) };
    },
    form: EditProviderForm,
  })
  .on("patch", one, {
    ...change,
    params: ProviderParams,
    input: IdentityProviderChanges,
    reply: IdentityProvider,
    summary:
      "Change an identity provider’s name, the names of its attributes, what it is trusted with, and where and when it is told of a sign-out",
    title: texts.editTitle,
    handle: async (handling) => {
      const { tenant, params, input } = handling;
      const by = registering(handling);
      await tenant.write((db) => changeProvider(db, by, params.providerId, input));
      return show(handling, params.providerId);
    },
    load: editing,
    form: EditProviderForm,
    next: detailPath,
    notice: () => texts.saved,
  })
  .screen("get", `${one}/description`, {
    ...change,
    params: ProviderParams,
    title: texts.describe,
    handle: async (handling) => {
      const provider = await show(handling, handling.params.providerId);
      const { metadataUrl } = provider.provider ?? {};
      return { ...provider, values: { source: "url", metadataUrl } };
    },
    form: DescriptionForm,
  })
  .on("put", `${one}/description`, {
    ...change,
    params: ProviderParams,
    input: Description,
    bodyMaxBytes: metadataBodyMaxBytes,
    reply: IdentityProvider,
    summary:
      "Keep what an identity provider says of itself: metadata XML, a metadata URL, or by hand; without any, fetched again from the known URL",
    title: texts.describe,
    handle: async (handling) => {
      await keepDescription(registering(handling), handling.params.providerId, handling.input);
      return show(handling, handling.params.providerId);
    },
    load: (handling) => show(handling, handling.params.providerId),
    form: DescriptionForm,
    next: detailPath,
    notice: () => texts.described,
  })
  .screen("get", `${one}/disablement`, {
    ...change,
    params: ProviderParams,
    title: texts.disable,
    handle: leaving,
    form: DisablementForm,
  })
  .on("put", `${one}/disablement`, {
    ...change,
    params: ProviderParams,
    input: Confirmation,
    reply: IdentityProvider,
    summary:
      "Disable an identity provider; people who would be left without a way in need confirmed: true",
    title: texts.disable,
    handle: async (handling) => {
      const { tenant, actor, params, input } = handling;
      await tenant.write((db) => disableProvider(db, actor, params.providerId, input));
      return show(handling, params.providerId);
    },
    load: leaving,
    form: DisablementForm,
    next: detailPath,
    notice: () => texts.disabledNotice,
  })
  .on("delete", `${one}/disablement`, {
    ...change,
    params: ProviderParams,
    reply: IdentityProvider,
    summary: "Enable an identity provider",
    handle: async (handling) => {
      const { tenant, actor, params } = handling;
      await tenant.write((db) => enableProvider(db, actor, params.providerId));
      return show(handling, params.providerId);
    },
    load: shown,
    form: ProviderForm,
    next: detailPath,
    notice: () => texts.enabledNotice,
  })
  .screen("get", `${one}/deletion`, {
    ...change,
    params: ProviderParams,
    title: texts.remove,
    handle: leaving,
    form: DeletionForm,
  })
  .on("delete", one, {
    ...change,
    params: ProviderParams,
    input: Deletion,
    reply: z.object({ name: z.string() }),
    summary:
      "Delete an identity provider, and what it put on profiles unless keepsAttributes; people who would be left without a way in need confirmed: true",
    title: texts.remove,
    handle: ({ tenant, actor, params, input }) =>
      tenant.write((db) => deleteProvider(db, actor, params.providerId, input)),
    load: leaving,
    form: DeletionForm,
    next: () => path,
    notice: ({ name }) => texts.removed(name),
  });

/** The form's choices are words. */
const formValues = (provider: IdentityProvider) => ({
  ...provider,
  subjectAttribute: provider.subjectAttribute ?? "",
  ...claimFields(provider.attributeClaims),
  createsPeople: String(provider.createsPeople),
  trustsSecondStep: String(provider.trustsSecondStep),
  speaksForAll: String(provider.speaksForAll),
  isOffered: String(provider.isOffered),
  ...typedLogout(provider.provider?.slo ?? []),
});
