// The registry's URLs. Reading is for admins, changing for super admins, granting for both.
import { z } from "zod";
import { findFederationSettings } from "#features/federation/index.ts";
import { metadataBodyMaxBytes, registering } from "#features/peer-metadata/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { typedLogout } from "#protocols/saml/metadata/logout-endpoint.ts";
import type { ApplicationId } from "#src/ids.ts";
import {
  changeApplication,
  deleteApplication,
  registerApplication,
  replaceMetadata,
  setEnabled,
} from "../actions/registry.ts";
import { listSent } from "../actions/attributes.ts";
import { grantToGroup, revokeFromGroup } from "../actions/grants.ts";
import { ownIdentity } from "../identity.ts";
import {
  findApplication,
  listApplications,
  listGrants,
  listGroupsWithoutGrant,
} from "../queries.ts";
import { listKeys } from "../keys.ts";
import {
  Application,
  ApplicationChanges,
  ApplicationFilter,
  ApplicationList,
  ApplicationParams,
  GrantList,
  GrantPaging,
  GrantParams,
  NewApplication,
  NewGrants,
  NewMetadata,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { ConfirmDelete, ConfirmDisable } from "../views/confirm.tsx";
import { ApplicationPage } from "../views/detail.tsx";
import { EditApplicationForm, NewApplicationForm, ReplaceMetadataForm } from "../views/forms.tsx";
import { GrantsPage } from "../views/grants.tsx";
import { ApplicationRows, ApplicationsPage } from "../views/list.tsx";

/** One application as the contract shows it: what we are to it beside what it told us. */
async function show(
  { tenant, site }: Pick<Handling, "tenant" | "site">,
  applicationId: ApplicationId,
) {
  const found = await tenant.read((db) => findApplication(db, applicationId));
  return { ...found, ...ownIdentity(site, applicationId) };
}

const detailPath = (application: { id: string }) => `/applications/${application.id}`;

export const applicationRoutes = routes()
  .on("get", "/applications", {
    permit: "applications.read",
    input: ApplicationFilter,
    reply: ApplicationList,
    summary: "List applications",
    title: texts.title,
    handle: ({ tenant, input }) => tenant.read((db) => listApplications(db, input)),
    page: ApplicationsPage,
    fragments: { "application-rows": ApplicationRows },
  })
  .screen("get", "/applications/new", {
    fresh: true,
    permit: "applications.manage",
    title: texts.register,
    handle: () => Promise.resolve({ values: { source: "url" } }),
    form: NewApplicationForm,
  })
  .on("post", "/applications", {
    fresh: true,
    permit: "applications.manage",
    input: NewApplication,
    bodyMaxBytes: metadataBodyMaxBytes,
    reply: Application,
    summary:
      "Register an application from metadata XML, a metadata URL, or an entity ID with its ACS URL",
    creates: true,
    title: texts.register,
    handle: async (handling) =>
      show(handling, await registerApplication(registering(handling), handling.input)),
    form: NewApplicationForm,
    next: detailPath,
    notice: ({ name }) => texts.registered(name),
  })
  .on("get", "/applications/:applicationId", {
    permit: "applications.read",
    params: ApplicationParams,
    reply: Application,
    summary: "Show an application",
    title: ({ name }: Application) => name,
    handle: (handling) => show(handling, handling.params.applicationId),
    load: ({ tenant, params }) =>
      tenant.read(async (db) => ({
        grants: await listGrants(db, params.applicationId, { limit: 200 }),
        others: await listGroupsWithoutGrant(db, params.applicationId),
        keys: await listKeys(db, params.applicationId),
        federation: await findFederationSettings(db),
        sent: await listSent(db, params.applicationId),
      })),
    page: ApplicationPage,
  })
  .on("patch", "/applications/:applicationId", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    input: ApplicationChanges,
    reply: Application,
    summary:
      "Change an application’s name, description, Name ID format, logout address, availability, the second step it asks for or the groups it is told of",
    title: texts.edit,
    handle: async (handling) => {
      const { tenant, params, input } = handling;
      const by = registering(handling);
      await tenant.write((db) => changeApplication(db, by, params.applicationId, input));
      return show(handling, params.applicationId);
    },
    load: (handling) => show(handling, handling.params.applicationId),
    form: EditApplicationForm,
    next: detailPath,
    notice: () => texts.saved,
  })
  .screen("get", "/applications/:applicationId/edit", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    title: texts.edit,
    handle: async (handling) => {
      const application = await show(handling, handling.params.applicationId);
      const { name, description, serviceProvider } = application;
      const { nameIdFormat, slo } = serviceProvider;
      return { ...application, values: { name, description, nameIdFormat, ...typedLogout(slo) } };
    },
    form: EditApplicationForm,
  })
  .screen("get", "/applications/:applicationId/metadata", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    title: texts.replaceTitle,
    handle: (handling) => show(handling, handling.params.applicationId),
    form: ReplaceMetadataForm,
  })
  .on("put", "/applications/:applicationId/metadata", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    input: NewMetadata,
    bodyMaxBytes: metadataBodyMaxBytes,
    reply: Application,
    summary: "Replace an application’s metadata, or fetch it again when no XML is given",
    title: texts.replaceTitle,
    handle: async (handling) => {
      await replaceMetadata(registering(handling), handling.params.applicationId, handling.input);
      return show(handling, handling.params.applicationId);
    },
    load: (handling) => show(handling, handling.params.applicationId),
    form: ReplaceMetadataForm,
    next: detailPath,
    notice: () => texts.refreshed,
  })
  .screen("get", "/applications/:applicationId/disablement", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    title: texts.disable,
    handle: (handling) => show(handling, handling.params.applicationId),
    page: ConfirmDisable,
  })
  .on("put", "/applications/:applicationId/disablement", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    reply: Application,
    summary: "Disable an application",
    handle: async (handling) => {
      const { tenant, actor, params } = handling;
      await tenant.write((db) => setEnabled(db, actor, params.applicationId, false));
      return show(handling, params.applicationId);
    },
    next: detailPath,
    notice: () => texts.disabledNotice,
  })
  .on("delete", "/applications/:applicationId/disablement", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    reply: Application,
    summary: "Enable an application again",
    handle: async (handling) => {
      const { tenant, actor, params } = handling;
      await tenant.write((db) => setEnabled(db, actor, params.applicationId, true));
      return show(handling, params.applicationId);
    },
    next: detailPath,
    notice: () => texts.enabledNotice,
  })
  .screen("get", "/applications/:applicationId/deletion", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    title: texts.remove,
    handle: (handling) => show(handling, handling.params.applicationId),
    page: ConfirmDelete,
  })
  .on("delete", "/applications/:applicationId", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    reply: z.object({ name: z.string() }),
    summary: "Delete an application",
    handle: ({ tenant, actor, params }) =>
      tenant.write((db) => deleteApplication(db, actor, params.applicationId)),
    next: () => "/applications",
    notice: ({ name }) => texts.removed(name),
  })
  .on("get", "/applications/:applicationId/grants", {
    permit: "applications.read",
    params: ApplicationParams,
    input: GrantPaging,
    reply: GrantList,
    summary: "List the groups that may use an application",
    title: texts.grants,
    handle: ({ tenant, params, input }) =>
      tenant.read((db) => listGrants(db, params.applicationId, input)),
    load: (handling) => show(handling, handling.params.applicationId),
    page: GrantsPage,
  })
  .on("post", "/applications/:applicationId/grants", {
    fresh: true,
    permit: "applications.grant",
    params: ApplicationParams,
    input: NewGrants,
    reply: GrantList,
    summary: "Grant an application to a group",
    handle: async ({ tenant, actor, params, input }) => {
      const groupIds = new Set([...input.groupIds, ...(input.groupId ? [input.groupId] : [])]);
      return tenant.write(async (db) => {
        for (const groupId of groupIds)
          await grantToGroup(db, actor, params.applicationId, groupId);
        return listGrants(db, params.applicationId, GrantPaging.parse({}));
      });
    },
    next: (_, { applicationId }) => `/applications/${applicationId}`,
    notice: () => texts.granted,
  })
  .on("delete", "/applications/:applicationId/grants/:groupId", {
    fresh: true,
    permit: "applications.grant",
    params: GrantParams,
    reply: GrantList,
    summary: "Revoke a group’s access to an application",
    handle: ({ tenant, actor, params }) =>
      tenant.write(async (db) => {
        await revokeFromGroup(db, actor, params.applicationId, params.groupId);
        return listGrants(db, params.applicationId, GrantPaging.parse({}));
      }),
    next: (_, { applicationId }) => `/applications/${applicationId}`,
    notice: () => texts.revoked,
  });
