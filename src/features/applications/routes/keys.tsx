// Replacing the key that signs for an application: for super admins, in two steps.
import { z } from "zod";
import { routes } from "#platform/http/route.ts";
import { signingKeyTexts } from "#features/signing-keys/index.ts";
import { keyNotFound } from "../errors.ts";
import { keyTexts } from "../key-texts.ts";
import { discardKey, listKeys, prepareKey, switchKey } from "../keys.ts";
import { findApplication } from "../queries.ts";
import { ApplicationParams, KeyParams, SigningKey, SigningKeyList } from "../schema.ts";
import { ConfirmDiscard, ConfirmSwitch } from "../views/keys.tsx";
import type { Handling } from "#platform/http/context.ts";

type OfKey = Pick<Handling<z.output<typeof KeyParams>, unknown>, "tenant" | "params">;

/** The application and one of its keys, for the page that asks. @throws {applicationNotFound} @throws {keyNotFound} */
const showKey = ({ tenant, params: { applicationId, keyId } }: OfKey) =>
  tenant.read(async (db) => {
    const connection = await findApplication(db, applicationId);
    const keys = await listKeys(db, applicationId);
    const key = keys.find(({ id }) => id === keyId);
    if (!key) throw keyNotFound({ keyId });
    return { connection, key };
  });

const pageOf = (_: unknown, { applicationId }: { applicationId: string }) =>
  `/applications/${applicationId}`;

export const applicationKeyRoutes = routes()
  .on("get", "/applications/:applicationId/keys", {
    permit: "applications.read",
    params: ApplicationParams,
    reply: SigningKeyList,
    summary: "List the signing keys of an application",
    handle: ({ tenant, params: { applicationId } }) =>
      tenant.read(async (db) => {
        await findApplication(db, applicationId);
        return { items: await listKeys(db, applicationId) };
      }),
  })
  .on("post", "/applications/:applicationId/keys", {
    fresh: true,
    permit: "applications.manage",
    params: ApplicationParams,
    reply: SigningKey,
    creates: true,
    summary: "Prepare the next signing key: its certificate is published, it does not sign yet",
    handle: async ({ tenant, actor, services, now, params: { applicationId } }) => {
      const by = { tenant, actor, now, keys: services.keys };
      const keyId = await prepareKey(by, applicationId);
      return (await showKey({ tenant, params: { applicationId, keyId } })).key;
    },
    next: pageOf,
    notice: () => keyTexts.preparedNotice,
  })
  .screen("get", "/applications/:applicationId/keys/:keyId/activation", {
    fresh: true,
    permit: "applications.manage",
    params: KeyParams,
    title: signingKeyTexts.switch,
    handle: showKey,
    page: ConfirmSwitch,
  })
  .on("put", "/applications/:applicationId/keys/:keyId/activation", {
    fresh: true,
    permit: "applications.manage",
    params: KeyParams,
    reply: SigningKeyList,
    summary: "Sign with the prepared key from now on; the former one is retired and erased",
    handle: ({ tenant, actor, now, params: { applicationId, keyId } }) =>
      tenant.write(async (db) => {
        await switchKey({ db, actor, now }, { owner: applicationId, keyId });
        return { items: await listKeys(db, applicationId) };
      }),
    next: pageOf,
    notice: () => keyTexts.switched,
  })
  .screen("get", "/applications/:applicationId/keys/:keyId/deletion", {
    fresh: true,
    permit: "applications.manage",
    params: KeyParams,
    title: signingKeyTexts.discard,
    handle: showKey,
    page: ConfirmDiscard,
  })
  .on("delete", "/applications/:applicationId/keys/:keyId", {
    fresh: true,
    permit: "applications.manage",
    params: KeyParams,
    reply: SigningKeyList,
    summary: "Discard the prepared key",
    handle: ({ tenant, actor, params: { applicationId, keyId } }) =>
      tenant.write(async (db) => {
        await discardKey({ db, actor }, { owner: applicationId, keyId });
        return { items: await listKeys(db, applicationId) };
      }),
    next: pageOf,
    notice: () => signingKeyTexts.discarded,
  });
