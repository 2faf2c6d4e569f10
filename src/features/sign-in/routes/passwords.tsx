// Passwords without being signed in: asking for a link, opening it, choosing the new one.
import { ratePassword } from "#features/authenticators/index.ts";
import { deviceTokenOf, findDeviceByEmail } from "#features/devices/index.ts";
import { consumeLink, findLink, LinkParams, linkPath } from "#features/one-time-links/index.ts";
import { record } from "#platform/audit/record.ts";
import { type Redirect, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { beginNewPassword } from "../actions/begin.ts";
import { chooseNewPassword, findNewPasswordStep } from "../actions/new-password.ts";
import { signInExpired } from "../errors.ts";
import { passwordResetOpened } from "../events.ts";
import { mailResetLink } from "../jobs.ts";
import { countForgotten } from "../limits.ts";
import { findSignIn } from "../queries.ts";
import { DraftPassword, ForgottenInput, PasswordInput } from "../schema.ts";
import { goTo, pageOf, showPlace } from "../step.ts";
import { texts } from "../texts.ts";
import { type End, EndPage, statusOf } from "../views/ends.tsx";
import {
  ForgottenPage,
  ForgottenSentPage,
  type ResetLink,
  ResetLinkPage,
} from "../views/forgotten.tsx";
import {
  NewPasswordMeter,
  NewPasswordMeterPage,
  NewPasswordPage,
  type NewPasswordStep,
} from "../views/new-password.tsx";
import { giveHandle, handleOf, type Visit, visitor } from "../visit.ts";
import { waitFor } from "../wait.ts";

const card = { permit: "public", frame: "card" } as const;
const purpose = "password_reset";
const deadStatus = ({ kind }: ResetLink) => (kind === "dead" ? 410 : 200);

export const passwordRoutes = routes()
  .screen("get", "/forgotten-password", {
    ...card,
    form: ForgottenPage,
    handle: async (visit) => {
      const signIn = await visit.tenant.read((db) => findSignIn(db, handleOf(visit)));
      return { email: signIn?.email ?? visit.viewer?.email };
    },
  })
  .screen("post", "/forgotten-password", {
    ...card,
    input: ForgottenInput,
    form: ForgottenPage,
    load: async () => ({ email: undefined }),
    page: ForgottenSentPage,
    handle: async (visit) => {
      const { input, origin, now, cookies } = visit;
      const { email } = input;
      const wait = await visit.tenant.write(async (db) => {
        const device = await findDeviceByEmail(db, { email, token: deviceTokenOf(cookies), now });
        const trier = { email, ip: origin.ip, deviceId: device?.id ?? null };
        const seconds = await countForgotten({ db, actor: visitor(visit), now }, trier);
        const isKnownDevice = device !== null;
        if (seconds === null)
          await mailResetLink.with({ email, origin, isKnownDevice }).enqueue(db);
        return seconds;
      });
      if (wait !== null) throw waitFor(wait);
      return { email };
    },
  })
  .screen("get", "/reset-password/:linkId/:token", {
    ...card,
    params: LinkParams,
    page: ResetLinkPage,
    status: deadStatus,
    handle: async ({ tenant, params, now }): Promise<ResetLink> => {
      const link = await tenant.read((db) => findLink(db, { ...params, purpose, now }));
      const path = linkPath(purpose, { id: params.linkId, token: params.token });
      return link ? { kind: "good", email: link.email, path } : { kind: "dead" };
    },
  })
  .screen("post", "/reset-password/:linkId/:token", {
    ...card,
    params: LinkParams,
    page: ResetLinkPage,
    status: deadStatus,
    handle: async (visit): Promise<ResetLink | Redirect> => {
      const { params, now } = visit;
      const handle = await visit.tenant.write(async (db) => {
        const link = await consumeLink(db, { ...params, purpose, now });
        if (!link) return null;
        const { userId, byOperator } = link;
        await record(db, visitor(visit, userId), passwordResetOpened, { userId, byOperator });
        return beginNewPassword(db, { link, purpose, now, replaces: handleOf(visit) });
      });
      if (handle === null) return { kind: "dead" };
      giveHandle(visit.cookies, handle);
      return redirect("/sign-in/new-password");
    },
  })
  .screen("get", "/sign-in/new-password", {
    ...card,
    form: NewPasswordPage,
    handle: async (visit): Promise<NewPasswordStep | Redirect> => {
      const found = await visit.tenant.read((db) => findNewPasswordStep(db, visit));
      return found ? toStep(found) : showPlace(visit);
    },
  })
  .screen("post", "/sign-in/new-password", {
    ...card,
    input: PasswordInput,
    form: NewPasswordPage,
    load: loadNewPassword,
    page: EndPage,
    status: statusOf,
    handle: async (visit): Promise<End | Redirect> => {
      const outcome = await chooseNewPassword(visit, visit.input.password);
      if (outcome.kind === "expired") return outcome;
      if (outcome.kind !== "sign_in") return goTo(visit, outcome);
      giveHandle(visit.cookies, outcome.handle);
      return redirect(pageOf("password"), texts.newPasswordSet);
    },
  })
  .screen("post", "/sign-in/new-password/strength", {
    ...card,
    input: DraftPassword,
    fragments: { "password-meter": NewPasswordMeter },
    page: NewPasswordMeterPage,
    handle: async (visit) => {
      const found = await visit.tenant.read((db) => findNewPasswordStep(db, visit));
      if (!found) throw signInExpired();
      const { password } = visit.input;
      const { person, rules } = found;
      return ratePassword({ password, person, organisation: visit.site.name, rules });
    },
  });

async function loadNewPassword(visit: Visit): Promise<NewPasswordStep> {
  const found = await visit.tenant.read((db) => findNewPasswordStep(db, visit));
  if (!found) throw signInExpired();
  return toStep(found);
}

const toStep = ({
  signIn,
  rules,
}: NonNullable<Awaited<ReturnType<typeof findNewPasswordStep>>>): NewPasswordStep => ({
  email: signIn.email,
  minLength: rules.minLength,
  isFirst: signIn.linkPurpose === "invitation",
  resetCause: signIn.resetCause,
});
