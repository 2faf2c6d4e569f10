// The "Security" pages: the password, the authenticator app and its backup codes.
import {
  changePassword,
  countBackupCodes,
  findAuthenticators,
  findPasswordRules,
  pendingTotp,
  qrSvg,
  ratePassword,
  removeTotp,
  renewBackupCodes,
  setUpTotp,
  stepDue,
  takeTotp,
  totpNotPending,
} from "#features/authenticators/index.ts";
import { sessionsOf } from "#features/sessions/index.ts";
import { type Handling, type Redirect, redirect } from "#platform/http/context.ts";
import { forbidden } from "#platform/http/door.ts";
import { routes } from "#platform/http/route.ts";
import { DomainError } from "#platform/errors.ts";
import { groupedSecret, totpUri } from "#protocols/totp.ts";
import { keepChanged, keepSession, mine, onlyProvider, proofOf, proofStep } from "../me.ts";
import {
  DraftPassword,
  FirstCode,
  PasswordChange,
  ProofInput,
  type SecurityState,
} from "../schema.ts";
import { texts } from "../texts.ts";
import {
  BackupCodesPage,
  ConfirmationPage,
  type IssuedCodes,
  type PendingApp,
  RemovalPage,
  RenewCodesPage,
  SetUpPage,
} from "../views/authenticator-app.tsx";
import { SecurityPage } from "../views/overview.tsx";
import {
  PasswordChangePage,
  PasswordMeterFragment,
  type PasswordStep,
} from "../views/password.tsx";
import type { ProofStep } from "../views/proof.tsx";

const own = { permit: "account.manage" } as const;
const setUpPath = "/security/authenticator-app";

export const securityRoutes = routes()
  .screen("get", "/security", {
    ...own,
    title: texts.title,
    page: SecurityPage,
    handle: (handling) => readState(handling),
  })
  .screen("get", "/security/password", {
    ...own,
    title: texts.passwordTitle,
    form: PasswordChangePage,
    handle: async (handling): Promise<PasswordStep | Redirect> => {
      const { tenant, userId } = mine(handling);
      const person = await tenant.read((db) => findAuthenticators(db, userId));
      return person?.passwordHash === null ? redirect("/security") : passwordStep(handling);
    },
  })
  .screen("put", "/security/password", {
    ...own,
    title: texts.passwordTitle,
    input: PasswordChange,
    form: PasswordChangePage,
    load: passwordStep,
    handle: async (handling) => {
      const me = mine(handling);
      const { password, currentPassword } = handling.input;
      keepSession(handling, await changePassword(me, { password, current: currentPassword }));
      return redirect("/security", texts.passwordDone);
    },
  })
  .screen("post", "/security/password/strength", {
    ...own,
    title: texts.passwordTitle,
    input: DraftPassword,
    fragments: { "password-meter": PasswordMeterFragment },
    page: PasswordMeterFragment,
    handle: async (handling) => {
      const { tenant, site, input } = handling;
      const me = mine(handling);
      const { person, rules } = await tenant.read(async (db) => ({
        person: await findAuthenticators(db, me.userId),
        rules: await findPasswordRules(db, me),
      }));
      if (!person) throw forbidden();
      return ratePassword({ password: input.password, person, organisation: site.name, rules });
    },
  })
  .screen("get", setUpPath, {
    ...own,
    title: texts.setUpTitle,
    form: SetUpPage,
    handle: proofStep,
  })
  .screen("post", setUpPath, {
    ...own,
    title: texts.setUpTitle,
    input: ProofInput,
    form: SetUpPage,
    load: proofStep,
    handle: async (handling) => {
      await setUpTotp(mine(handling), proofOf(handling.input, handling));
      return redirect(`${setUpPath}/confirmation`);
    },
  })
  .screen("get", `${setUpPath}/confirmation`, {
    ...own,
    title: texts.scanTitle,
    form: ConfirmationPage,
    handle: async (handling): Promise<PendingApp | Redirect> =>
      (await pendingApp(handling)) ?? nothingPending(),
  })
  .screen("post", `${setUpPath}/confirmation`, {
    ...own,
    title: texts.codesTitle,
    input: FirstCode,
    form: ConfirmationPage,
    load: loadPendingApp,
    page: BackupCodesPage,
    handle: confirmApp,
  })
  .screen("get", `${setUpPath}/removal`, {
    ...own,
    title: texts.removeTitle,
    form: RemovalPage,
    handle: withApp,
  })
  .screen("delete", setUpPath, {
    ...own,
    title: texts.removeTitle,
    input: ProofInput,
    form: RemovalPage,
    load: proofStep,
    handle: async (handling) => {
      const proof = proofOf(handling.input, handling);
      keepChanged(handling, await removeTotp(mine(handling), proof));
      return redirect("/security", texts.removeDone);
    },
  })
  .screen("get", "/security/backup-codes", {
    ...own,
    title: texts.renewTitle,
    form: RenewCodesPage,
    handle: withFactor,
  })
  .screen("post", "/security/backup-codes", {
    ...own,
    title: texts.codesTitle,
    input: ProofInput,
    form: RenewCodesPage,
    load: proofStep,
    page: BackupCodesPage,
    handle: async (handling): Promise<IssuedCodes> => ({
      codes: await renewBackupCodes(mine(handling), proofOf(handling.input, handling)),
      because: "renewal",
    }),
  });

type AnyHandling = Handling<unknown, unknown>;

async function readState(handling: AnyHandling): Promise<SecurityState> {
  const { userId, session, tenant, now } = mine(handling);
  return tenant.read(async (db) => {
    const person = await findAuthenticators(db, userId);
    if (!person) throw forbidden();
    return {
      email: person.email,
      hasPassword: person.passwordHash !== null,
      provider: await onlyProvider(db, { userId, now }),
      passwordChangedAt: person.passwordChangedAt,
      resetCause: person.resetCause,
      due: await stepDue(db, session, now),
      totpSince: person.totpConfirmedAt,
      codesLeft: await countBackupCodes(db, userId),
      passkeys: person.passkeys,
      sessions: (await sessionsOf(db, userId, now)).length,
    };
  });
}

async function passwordStep(handling: AnyHandling): Promise<PasswordStep> {
  const me = mine(handling);
  return handling.tenant.read(async (db) => {
    const { minLength } = await findPasswordRules(db, me);
    const person = await findAuthenticators(db, me.userId);
    return {
      email: handling.viewer?.email ?? "",
      minLength,
      resetCause: person?.resetCause ?? null,
    };
  });
}

/** For what only makes sense with an app: without one the person is sent to the overview. */
async function withApp(handling: AnyHandling): Promise<ProofStep | Redirect> {
  const step = await proofStep(handling);
  return step.hasTotp ? step : redirect("/security");
}

/** For what only makes sense with an app or a passkey. */
async function withFactor(handling: AnyHandling): Promise<ProofStep | Redirect> {
  const step = await proofStep(handling);
  return step.hasTotp || step.hasPasskeys ? step : redirect("/security");
}

async function pendingApp(handling: AnyHandling): Promise<PendingApp | null> {
  const secret = await pendingTotp(mine(handling));
  if (secret === null) return null;
  const email = handling.viewer?.email ?? "";
  const uri = totpUri({ issuer: handling.site.name, account: email, secret });
  return { qr: await qrSvg(uri), key: groupedSecret(secret) };
}

/** The first code, and what it brings; typed too late, or once more, it leads to what is known of the app by now. */
async function confirmApp(
  handling: Handling<unknown, { readonly code: string }>,
): Promise<IssuedCodes | Redirect> {
  try {
    const taken = await takeTotp(mine(handling), handling.input.code);
    return { codes: keepChanged(handling, taken), because: "app" };
  } catch (error) {
    if (error instanceof DomainError && error.code === totpNotPending.code) return nothingPending();
    throw error;
  }
}

const nothingPending = (): Redirect => redirect("/security", texts.appNotPending, "info");

/** For the form shown again. @throws {totpNotPending} */
async function loadPendingApp(handling: AnyHandling): Promise<PendingApp> {
  const pending = await pendingApp(handling);
  if (!pending) throw totpNotPending();
  return pending;
}
