// What an application is told about people. Reading is for admins, changing for super admins.
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import type { ApplicationId } from "#src/ids.ts";
import { changeSent, listSent } from "../actions/attributes.ts";
import { findApplication } from "../queries.ts";
import {
  ApplicationParams,
  NewSentNames,
  SentChoices,
  sentBoxField,
  sentNameField,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { type Sent, SentForm, SentPage } from "../views/sent.tsx";

const path = "/applications/:applicationId/attributes";

type Of = Pick<Handling<{ applicationId: ApplicationId }, unknown>, "tenant" | "params">;

const shown = ({ tenant, params: { applicationId } }: Of): Promise<Sent> =>
  tenant.read(async (db) => ({
    application: await findApplication(db, applicationId),
    ...(await listSent(db, applicationId)),
  }));

/** A form's boxes and names as they are in force. */
const formValues = ({ items }: SentChoices): Record<string, string> =>
  Object.fromEntries(
    items.flatMap(({ key, name, isSent }) => [
      [sentNameField(key), name],
      ...(isSent ? [[sentBoxField(key), "on"]] : []),
    ]),
  );

export const applicationAttributeRoutes = routes()
  .on("get", path, {
    permit: "applications.read",
    params: ApplicationParams,
    reply: SentChoices,
    summary: "What an application is told about people, and under which names",
    title: texts.sent,
    handle: ({ tenant, params }) => tenant.read((db) => listSent(db, params.applicationId)),
    load: shown,
    page: ({ more, view }) => <SentPage data={more} view={view} />,
  })
  .screen("get", `${path}/edit`, {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    title: texts.sentChange,
    handle: async (handling) => {
      const sent = await shown(handling);
      return { ...sent, values: formValues(sent) };
    },
    form: SentForm,
  })
  .on("put", path, {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    input: NewSentNames,
    reply: SentChoices,
    summary:
      "Change what an application is told about people: each fact with its name, all at once",
    title: texts.sentChange,
    handle: ({ tenant, actor, params, input }) =>
      tenant.write((db) => changeSent(db, actor, params.applicationId, input)),
    load: shown,
    form: SentForm,
    next: (_, { applicationId }) => `/applications/${applicationId}/attributes`,
    notice: () => texts.sentSaved,
  });
