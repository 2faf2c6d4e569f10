// Setting up what the tenant asks for, in the middle of a sign-in.
import { qrSvg } from "#features/authenticators/index.ts";
import { givePasskeyHandle } from "#features/passkeys/index.ts";
import { type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { groupedSecret, totpUri } from "#protocols/totp.ts";
import type { Moved } from "../actions/advance.ts";
import {
  addPasskey,
  confirmApp,
  findEnrolment,
  newPasskeyOptions,
  postpone,
  startApp,
} from "../actions/enrol.ts";
import { codeRefused, enrolmentRefused, signInExpired } from "../errors.ts";
import { CodeInput, NewPasskeyInput } from "../schema.ts";
import { enter, goTo, pageOf, showPlace } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndOrCodesPage, statusOf } from "../views/ends.tsx";
import {
  EnrolmentPage,
  type EnrolmentStep,
  type FirstCodes,
  NewAppPage,
  type NewApp,
} from "../views/enrolment.tsx";
import { giveHandle, type Visit } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;
const ends = {
  page: EndOrCodesPage,
  status: (data: End | FirstCodes) => ("kind" in data ? statusOf(data) : 200),
} as const;
const appPath = "/sign-in/enrolment/app";

export const enrolmentRoutes = routes()
  .screen("get", "/sign-in/enrolment", {
    ...card,
    form: EnrolmentPage,
    handle: async (visit) => (await enrolmentStep(visit)) ?? showPlace(visit),
  })
  .screen("post", "/sign-in/enrolment/later", {
    ...card,
    ...ends,
    form: EnrolmentPage,
    load: loadEnrolment,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await postpone(visit);
      if (outcome.kind === "asked") throw enrolmentRefused({ errors: { "": texts.enrolAskedNow } });
      return outcome.kind === "expired" ? outcome : goTo(visit, outcome);
    },
  })
  .screen("post", appPath, {
    ...card,
    ...ends,
    form: EnrolmentPage,
    load: loadEnrolment,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await startApp(visit);
      if (outcome.kind === "expired") return outcome;
      return redirect(outcome.kind === "started" ? appPath : pageOf("enrol"));
    },
  })
  .screen("get", appPath, {
    ...card,
    form: NewAppPage,
    handle: async (visit): Promise<NewApp | Redirect> => (await newApp(visit)) ?? showPlace(visit),
  })
  .screen("post", `${appPath}/confirmation`, {
    ...card,
    ...ends,
    input: CodeInput,
    form: NewAppPage,
    load: async (visit) => {
      const app = await newApp(visit);
      if (!app) throw signInExpired();
      return app;
    },
    handle: async (visit): Promise<End | FirstCodes | Redirect> => {
      const outcome = await confirmApp(visit, visit.input.code);
      if (outcome.kind === "expired") return outcome;
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      if (outcome.kind === "wrong") throw codeRefused({ errors: { code: texts.appCodeWrong } });
      return showCodes(visit, outcome, false);
    },
  })
  .screen("post", "/sign-in/enrolment/passkey/options", {
    ...card,
    json: true,
    handle: async (visit) => {
      const outcome = await newPasskeyOptions(visit);
      if (outcome.kind === "expired") throw signInExpired();
      if (outcome.kind === "limited") throw waitFor(outcome.seconds);
      givePasskeyHandle(visit.cookies, outcome.handle);
      return { options: outcome.options };
    },
  })
  .screen("post", "/sign-in/enrolment/passkey", {
    ...card,
    ...ends,
    input: NewPasskeyInput,
    form: EnrolmentPage,
    load: loadEnrolment,
    handle: async (visit): Promise<End | FirstCodes | Redirect> => {
      const outcome = await addPasskey(visit, visit.input);
      if (outcome.kind === "expired") return outcome;
      if (outcome.kind === "refused") throw enrolmentRefused({ errors: { "": outcome.text } });
      return showCodes(visit, outcome, true);
    },
  });

/** The codes, once; then on to the session that has begun, or to the first use of the passkey. */
function showCodes(
  visit: Visit,
  { backupCodes: codes, moved }: { backupCodes: readonly string[]; moved: Moved },
  isPasskey: boolean,
): FirstCodes | Redirect {
  if (codes.length === 0) return goTo(visit, moved);
  switch (moved.kind) {
    case "limited":
      throw waitFor(moved.seconds);
    case "signed_in":
      enter(visit, moved.entry);
      return { codes, isPasskey, onward: moved.entry.returnTo };
    case "at":
      giveHandle(visit.cookies, moved.handle);
      return { codes, isPasskey, onward: pageOf(moved.state) };
    default:
      return moved satisfies never;
  }
}

async function enrolmentStep(visit: Visit): Promise<EnrolmentStep | null> {
  const found = await visit.tenant.read((db) => findEnrolment(db, visit));
  if (!found) return null;
  const { signIn, organisationAsksFor: asksFor, askedBy, until, mayGoOn, zone } = found;
  return { returnTo: signIn.returnTo, asksFor, askedBy, until, mayGoOn, zone };
}

/** @throws {signInExpired} */
async function loadEnrolment(visit: Visit): Promise<EnrolmentStep> {
  const step = await enrolmentStep(visit);
  if (!step) throw signInExpired();
  return step;
}

async function newApp(visit: Visit): Promise<NewApp | null> {
  const found = await visit.tenant.read((db) => findEnrolment(db, visit));
  if (!found || found.secret === null) return null;
  const { signIn, secret } = found;
  const uri = totpUri({ issuer: visit.site.name, account: signIn.email, secret });
  return { returnTo: signIn.returnTo, qr: await qrSvg(uri), key: groupedSecret(secret) };
}
