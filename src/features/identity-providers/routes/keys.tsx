// Replacing the key that signs requests to a provider: in two steps.
import type { z } from "zod";
import { signingKeyTexts } from "#features/signing-keys/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { keyNotFound } from "../errors.ts";
import { discardKey, listKeys, prepareKey, switchKey } from "../keys.ts";
import { findProvider } from "../queries.ts";
import { KeyParams, ProviderParams, SigningKey, SigningKeyList } from "../schema.ts";
import { keyTexts } from "../key-texts.ts";
import { ConfirmDiscard, ConfirmSwitch } from "../views/keys.tsx";

type OfKey = Pick<Handling<z.output<typeof KeyParams>, unknown>, "tenant" | "params">;

/** The connection and one of its keys, for the page that asks. @throws {providerNotFound} @throws {keyNotFound} */
const showKey = ({ tenant, params: { providerId, providerKeyId: keyId } }: OfKey) =>
  tenant.read(async (db) => {
    const connection = await findProvider(db, providerId);
    const key = (await listKeys(db, providerId)).find(({ id }) => id === keyId);
    if (!key) throw keyNotFound({ keyId });
    return { connection, key };
  });

const keysPath = "/identity-providers/:providerId/keys";
const change = { permit: "identity_providers.manage", fresh: true } as const;
const pageOf = (_: unknown, { providerId }: { providerId: string }) =>
  `/identity-providers/${providerId}`;

export const identityProviderKeyRoutes = routes()
  .on("get", keysPath, {
    permit: "identity_providers.manage",
    params: ProviderParams,
    reply: SigningKeyList,
    summary: "List the keys that sign requests to an identity provider",
    handle: ({ tenant, params: { providerId } }) =>
      tenant.read(async (db) => {
        await findProvider(db, providerId);
        return { items: await listKeys(db, providerId) };
      }),
    next: pageOf,
  })
  .on("post", keysPath, {
    ...change,
    params: ProviderParams,
    reply: SigningKey,
    creates: true,
    summary: "Prepare the next signing key: its certificate is published, it does not sign yet",
    handle: async ({ tenant, actor, services, now, params: { providerId } }) => {
      const by = { tenant, actor, now, keys: services.keys };
      const keyId = await prepareKey(by, providerId);
      return (await showKey({ tenant, params: { providerId, providerKeyId: keyId } })).key;
    },
    next: pageOf,
    notice: () => keyTexts.preparedNotice,
  })
  .screen("get", `${keysPath}/:providerKeyId/activation`, {
    ...change,
    params: KeyParams,
    title: signingKeyTexts.switch,
    handle: showKey,
    page: ConfirmSwitch,
  })
  .on("put", `${keysPath}/:providerKeyId/activation`, {
    ...change,
    params: KeyParams,
    reply: SigningKeyList,
    summary: "Sign with the prepared key from now on; the former one is retired and erased",
    handle: ({ tenant, actor, now, params: { providerId, providerKeyId: keyId } }) =>
      tenant.write(async (db) => {
        await switchKey({ db, actor, now }, { owner: providerId, keyId });
        return { items: await listKeys(db, providerId) };
      }),
    next: pageOf,
    notice: () => keyTexts.switched,
  })
  .screen("get", `${keysPath}/:providerKeyId/deletion`, {
    ...change,
    params: KeyParams,
    title: signingKeyTexts.discard,
    handle: showKey,
    page: ConfirmDiscard,
  })
  .on("delete", `${keysPath}/:providerKeyId`, {
    ...change,
    params: KeyParams,
    reply: SigningKeyList,
    summary: "Discard the prepared key",
    handle: ({ tenant, actor, params: { providerId, providerKeyId: keyId } }) =>
      tenant.write(async (db) => {
        await discardKey({ db, actor }, { owner: providerId, keyId });
        return { items: await listKeys(db, providerId) };
      }),
    next: pageOf,
    notice: () => signingKeyTexts.discarded,
  });
