// Trying a connection out: a sign-in at the provider that signs nobody in here, and shows what came. Only to who started it, for ten minutes.
import { z } from "zod";
import { findAttributeSettings } from "#features/attributes/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { type Handling, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { previewGroups } from "../actions/groups.ts";
import { askProvider } from "../ask.ts";
import { notDescribed, testNotFound } from "../errors.ts";
import { testStarted } from "../events.ts";
import { findProvider } from "../queries.ts";
import { findTest, keepRequest } from "../requests.ts";
import { ProviderParams, TestParams } from "../schema.ts";
import { testTexts } from "../test-texts.ts";
import { GoingPage, TestPage } from "../views/test.tsx";

const path = "/identity-providers/:providerId/tests";
const manage = { permit: "identity_providers.manage" } as const;

type OfTest = Pick<
  Handling<z.output<typeof TestParams>, unknown>,
  "tenant" | "params" | "session" | "now"
>;

/** The test, and its connection. @throws {providerNotFound} @throws {testNotFound} */
const showTest = ({ tenant, params: { providerId, testId }, session, now }: OfTest) =>
  tenant.read(async (db) => {
    const provider = await findProvider(db, providerId);
    const startedBy = session?.userId;
    const test = startedBy && (await findTest(db, { providerId, testId, startedBy, now }));
    if (!test) throw testNotFound({ testId });
    return { provider, test };
  });

export const identityProviderTestRoutes = routes()
  .screen("post", path, {
    ...manage,
    params: ProviderParams,
    title: testTexts.test,
    handle: async (handling) => {
      const { tenant, session, actor, now, params } = handling;
      if (!session) throw new Error("a test without a session");
      const { strength } = await tenant.read((db) => findPolicy(db, now));
      const question = await askProvider(handling, {
        providerId: params.providerId,
        whose: { startedBy: session.userId },
        forceAuthn: false,
        strength,
        states: ["draft", "enabled", "disabled"],
      });
      if (question === null) throw notDescribed();
      const { request, sending, provider } = question;
      await tenant.write(async (db) => {
        await keepRequest(db, request, now);
        const about = { identityProviderId: provider.id, name: provider.name };
        await record(db, actor, testStarted, about);
      });
      if (sending.kind === "form") handling.allowFormAction(sending.url);
      return { provider, sending };
    },
    frame: "card",
    page: GoingPage,
  })
  .screen("get", path, {
    ...manage,
    params: ProviderParams,
    // Where a browser lands that loads the page of a started test again.
    handle: async ({ tenant, params: { providerId } }) => {
      await tenant.read((db) => findProvider(db, providerId));
      return redirect(`/identity-providers/${providerId}`);
    },
  })
  .screen("get", `${path}/:testId`, {
    ...manage,
    params: TestParams,
    title: testTexts.test,
    handle: async (handling) => {
      const { provider, test } = await showTest(handling);
      const asserted = test.outcome?.asserted ?? null;
      const would =
        asserted === null
          ? null
          : await handling.tenant.read(async (db) => ({
              groups: await previewGroups(db, asserted),
              settings: await findAttributeSettings(db),
            }));
      return { provider, outcome: test.outcome, would };
    },
    page: TestPage,
  });
