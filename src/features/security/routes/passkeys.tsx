// One's own passkeys. Adding one: proof first, then the browser's question, whose answer comes back in a form.
import {
  passkeyToRemove,
  removeOwnPasskey,
  renameOwnPasskey,
  startPasskey,
  takePasskey,
} from "#features/authenticators/index.ts";
import {
  beginAssertion,
  givePasskeyHandle,
  listPasskeys,
  type Passkey,
  passkeyHandle,
  passkeyNotFound,
  pendingRegistration,
} from "#features/passkeys/index.ts";
import { type Handling, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { countProofOptions } from "../limits.ts";
import { keepChanged, keepSession, mine, onlyProvider, proofOf, proofStep } from "../me.ts";
import { NewPasskey, PasskeyParams, PasskeyRename, ProofInput } from "../schema.ts";
import { texts } from "../texts.ts";
import { BackupCodesPage, type IssuedCodes } from "../views/authenticator-app.tsx";
import {
  AddPasskeyPage,
  CreatePasskeyPage,
  PasskeysPage,
  type Removal,
  RemovePasskeyPage,
  RenamePasskeyPage,
} from "../views/passkeys.tsx";
import { proofOptionsPath } from "../views/proof.tsx";

const own = { permit: "account.manage" } as const;
const path = "/security/passkeys";

export const ownPasskeyRoutes = routes()
  .screen("get", path, {
    ...own,
    title: texts.passkeys,
    page: PasskeysPage,
    handle: async (handling) => {
      const { tenant, userId, now } = mine(handling);
      const passkeys = await ownPasskeys(handling);
      const provider = await tenant.read((db) => onlyProvider(db, { userId, now }));
      return { passkeys, provider };
    },
  })
  .screen("post", proofOptionsPath, {
    ...own,
    json: true,
    handle: async (handling) => {
      const { tenant, userId, site, now } = mine(handling);
      await countProofOptions({ ...handling, userId });
      const asked = { site, now, userId, ceremony: "proof" } as const;
      const { options, handle } = await tenant.write((db) => beginAssertion(db, asked));
      givePasskeyHandle(handling.cookies, handle);
      return { options };
    },
  })
  .screen("get", `${path}/new`, {
    ...own,
    title: texts.passkeyAddTitle,
    form: AddPasskeyPage,
    handle: proofStep,
  })
  .screen("post", `${path}/new`, {
    ...own,
    title: texts.passkeyAddTitle,
    input: ProofInput,
    form: AddPasskeyPage,
    load: proofStep,
    handle: async (handling) => {
      const handle = await startPasskey(mine(handling), proofOf(handling.input, handling));
      givePasskeyHandle(handling.cookies, handle);
      return redirect(`${path}/registration`);
    },
  })
  .screen("get", `${path}/registration`, {
    ...own,
    title: texts.passkeyCreateTitle,
    form: CreatePasskeyPage,
    handle: async (handling) => {
      const me = mine(handling);
      const handle = passkeyHandle(handling.cookies);
      const options = await me.tenant.read((db) => pendingRegistration(db, { ...me, handle }));
      if (options === null) return redirect("/security", texts.passkeyNotPending, "info");
      return { options };
    },
  })
  .screen("post", path, {
    ...own,
    title: texts.codesTitle,
    input: NewPasskey,
    // Refused, it begins anew: the challenge is used up.
    form: AddPasskeyPage,
    load: proofStep,
    page: BackupCodesPage,
    handle: async (handling) => {
      const { answer, name } = handling.input;
      const presented = { response: answer, name, handle: passkeyHandle(handling.cookies) };
      const added = await takePasskey(mine(handling), presented);
      const { name: given, codes, cookie } = added;
      if (cookie !== undefined) keepSession(handling, cookie);
      const isFirst = cookie !== undefined;
      if (codes === null)
        return redirect(path, (isFirst ? texts.firstPasskeyAdded : texts.passkeyAdded)(given));
      return { codes, because: isFirst ? "first_passkey" : "passkey" } satisfies IssuedCodes;
    },
  })
  .screen("get", `${path}/:passkeyId`, {
    ...own,
    title: texts.passkeyRenameTitle,
    params: PasskeyParams,
    form: RenamePasskeyPage,
    handle: onePasskey,
  })
  .screen("patch", `${path}/:passkeyId`, {
    ...own,
    title: texts.passkeyRenameTitle,
    params: PasskeyParams,
    input: PasskeyRename,
    form: RenamePasskeyPage,
    load: onePasskey,
    handle: async (handling) => {
      await renameOwnPasskey(mine(handling), { ...handling.params, ...handling.input });
      return redirect(path, texts.passkeyRenamed);
    },
  })
  .screen("get", `${path}/:passkeyId/removal`, {
    ...own,
    title: removalTitle,
    params: PasskeyParams,
    form: RemovePasskeyPage,
    handle: removal,
  })
  .screen("delete", `${path}/:passkeyId`, {
    ...own,
    title: removalTitle,
    params: PasskeyParams,
    input: ProofInput,
    form: RemovePasskeyPage,
    load: removal,
    handle: async (handling) => {
      await onePasskey(handling);
      const proof = proofOf(handling.input, handling);
      const { passkeyId } = handling.params;
      keepChanged(handling, await removeOwnPasskey(mine(handling), proof, passkeyId));
      return redirect(path, texts.passkeyRemoved);
    },
  });

type OfPasskey = Handling<{ passkeyId: Passkey["id"] }, unknown>;

async function ownPasskeys(handling: Handling<unknown, unknown>): Promise<Passkey[]> {
  const { tenant, userId } = mine(handling);
  return tenant.read((db) => listPasskeys(db, userId));
}

async function onePasskey(handling: OfPasskey): Promise<Passkey> {
  const { passkeyId } = handling.params;
  const passkey = (await ownPasskeys(handling)).find(({ id }) => id === passkeyId);
  if (!passkey) throw passkeyNotFound({ passkeyId });
  return passkey;
}

async function removal(handling: OfPasskey): Promise<Removal> {
  const found = await passkeyToRemove(mine(handling), handling.params.passkeyId);
  return { ...found, step: await proofStep(handling) };
}

function removalTitle({ passkey }: Removal): string {
  return texts.passkeyRemoveTitle(passkey.name);
}
