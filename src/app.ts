// The table of contents: what every request passes, then each door and the features behind it.
import { Hono, type MiddlewareHandler } from "hono";
import { addressConfirmationRoutes } from "#features/addresses/routes/confirmation.tsx";
import { addressRoutes } from "#features/addresses/routes/of-person.tsx";
import { ownAddressRoutes } from "#features/addresses/routes/own.tsx";
import { accountRoutes } from "#features/account/routes.tsx";
import { attributeSettingsRoutes } from "#features/attributes/routes.tsx";
import { authenticateBearer } from "#features/api-clients/index.ts";
import { apiClientRoutes } from "#features/api-clients/routes.tsx";
import { applicationAttributeRoutes } from "#features/applications/routes/attributes.tsx";
import { applicationKeyRoutes } from "#features/applications/routes/keys.tsx";
import { applicationRoutes } from "#features/applications/routes/registry.tsx";
import { applicationSetupRoutes } from "#features/applications/routes/setup.tsx";
import { auditLogRoutes } from "#features/audit-log/routes.tsx";
import { faceOf } from "#features/branding/index.ts";
import { brandingRoutes } from "#features/branding/routes.tsx";
import { federationSettingsRoutes } from "#features/federation-settings/routes.tsx";
import { groupRoutes } from "#features/groups/routes.tsx";
import { homeRoutes } from "#features/home/routes.tsx";
import { identityProviderBindingRoutes } from "#features/identity-providers/routes/bindings.tsx";
import { identityProviderKeyRoutes } from "#features/identity-providers/routes/keys.tsx";
import { identityProviderRoutes } from "#features/identity-providers/routes/registry.tsx";
import { identityProviderResponseRoutes } from "#features/identity-providers/routes/responses.tsx";
import { identityProviderSetupRoutes } from "#features/identity-providers/routes/setup.tsx";
import { identityProviderTestRoutes } from "#features/identity-providers/routes/tests.tsx";
import { logoutRoutes } from "#features/logout/routes.tsx";
import { limitRoutes } from "#features/limits/routes.tsx";
import { invitationRoutes } from "#features/invitations/routes.tsx";
import { authenticateSession } from "#features/sessions/index.ts";
import { completionRoutes } from "#features/person-attributes/routes/completion.tsx";
import { missingAttributeRoutes } from "#features/person-attributes/routes/missing.tsx";
import { personAttributeRoutes } from "#features/person-attributes/routes/person.tsx";
import { providerGroupRoutes } from "#features/provider-people/routes/groups.tsx";
import { providerPeopleRoutes } from "#features/provider-people/routes/people.tsx";
import { passwordResetRoutes } from "#features/password-resets/routes.tsx";
import { passkeyRoutes } from "#features/passkeys/routes.tsx";
import { securityRoutes } from "#features/security/routes/proofs.tsx";
import { ownPasskeyRoutes } from "#features/security/routes/passkeys.tsx";
import { ownDeviceRoutes } from "#features/security/routes/devices.tsx";
import { stepUpPath, stepUpRoutes } from "#features/security/routes/step-up.tsx";
import { ownSessionRoutes } from "#features/security/routes/sessions.tsx";
import { domainRoutes } from "#features/domains/routes.tsx";
import { erasureRoutes } from "#features/erasure/routes.tsx";
import { factorResetRoutes } from "#features/recovery/routes/factor-resets.tsx";
import { reactivationRoutes } from "#features/recovery/routes/reactivations.tsx";
import { sessionRoutes } from "#features/sessions/routes.tsx";
import { enrolmentRoutes } from "#features/sign-in/routes/enrolment.tsx";
import { passkeySignInRoutes } from "#features/sign-in/routes/passkeys.tsx";
import { passwordRoutes } from "#features/sign-in/routes/passwords.tsx";
import { providerSignInRoutes } from "#features/sign-in/routes/providers.tsx";
import { settingsRoutes } from "#features/settings/routes.tsx";
import { secondStepRoutes } from "#features/sign-in/routes/second-steps.tsx";
import { signInRoutes } from "#features/sign-in/routes/steps.tsx";
import { withProviderRoutes } from "#features/sign-in/routes/with-provider.tsx";
import { ssoRoutes } from "#features/sso/routes.tsx";
import { createTenantFinder, readHost } from "#features/tenants/index.ts";
import { userRoutes } from "#features/users/routes.tsx";
import { serveAssets } from "#platform/http/assets.ts";
import { compile, noSuchPage } from "#platform/http/compile.tsx";
import type { Env } from "#platform/http/context.ts";
import type { Door } from "#platform/http/door.ts";
import { toDomainError } from "#platform/http/failures.ts";
import { isSecure } from "#platform/http/handling.ts";
import { securityHeaders } from "#platform/http/headers.ts";
import { logRequests } from "#platform/http/log-requests.ts";
import { createMetrics, type Metrics } from "#platform/http/metrics.ts";
import { ProblemScreen } from "#platform/http/problem-screen.tsx";
import { createRenderer } from "#platform/http/render.tsx";
import { countClient, countNetwork } from "#platform/http/request-limits.ts";
import type { AnyRoute } from "#platform/http/route.ts";
import { createTally, type Tally } from "#platform/limits/tally.ts";
import type { Services } from "#platform/services.ts";
import { apiDocs, problemPages } from "./api-docs.tsx";
import { createBaseSite } from "./base-site.tsx";
import { healthRoutes, type Health } from "./health.ts";
import { navigation } from "./navigation.ts";
import { answerProbes, probePath } from "./operations/doctor/probe.ts";

/** Every declared route. The OpenAPI document and the route test read it too. */
export const routeTable: readonly AnyRoute[] = [
  homeRoutes,
  signInRoutes,
  secondStepRoutes,
  passkeySignInRoutes,
  enrolmentRoutes,
  providerSignInRoutes,
  withProviderRoutes,
  passwordRoutes,
  invitationRoutes,
  securityRoutes,
  ownPasskeyRoutes,
  ownSessionRoutes,
  ownDeviceRoutes,
  stepUpRoutes,
  sessionRoutes,
  applicationRoutes,
  applicationKeyRoutes,
  applicationAttributeRoutes,
  applicationSetupRoutes,
  ssoRoutes,
  logoutRoutes,
  identityProviderRoutes,
  identityProviderBindingRoutes,
  providerPeopleRoutes,
  providerGroupRoutes,
  identityProviderKeyRoutes,
  identityProviderSetupRoutes,
  identityProviderTestRoutes,
  identityProviderResponseRoutes,
  apiClientRoutes,
  accountRoutes,
  ownAddressRoutes,
  addressConfirmationRoutes,
  missingAttributeRoutes,
  userRoutes,
  personAttributeRoutes,
  completionRoutes,
  addressRoutes,
  passkeyRoutes,
  passwordResetRoutes,
  erasureRoutes,
  factorResetRoutes,
  reactivationRoutes,
  limitRoutes,
  groupRoutes,
  domainRoutes,
  auditLogRoutes,
  brandingRoutes,
  settingsRoutes,
  attributeSettingsRoutes,
  federationSettingsRoutes,
].flatMap((feature) => feature.table);

const browserDoor: Door = { kind: "browser", prefix: "", authenticate: authenticateSession };

const apiDoor = (tally: Tally): Door => ({
  kind: "api",
  prefix: "/api/v1",
  admit: (c) => countNetwork(tally, c),
  authenticate: async (c) => {
    const principal = await authenticateBearer(c);
    if (principal) countClient(tally, c, principal);
    return principal;
  },
});

export interface Listener {
  requestIP(request: Request): { readonly address: string } | null;
}

export interface App {
  /** `server` says whose connection it is, as Bun.serve hands it over. */
  fetch(request: Request, server?: Listener): Response | Promise<Response>;
  readonly metrics: Metrics;
  /** Tells the database what only this process knows: before it ends. */
  settle(): Promise<void>;
}

/** The web application: assembled once per process, the same in production, development and tests. */
export function createApp(services: Services, health: Health): App {
  const app = new Hono<Env>();
  const metrics = createMetrics(services.database, services.config);
  const tally = createTally(services);
  const renderer = createRenderer({
    nav: navigation,
    problemScreen: ProblemScreen,
    signInPath: (returnTo = "/") => `/sign-in?return_to=${encodeURIComponent(returnTo)}`,
    stepUpPath,
  });

  app.onError((error, c) => {
    const refusal = toDomainError(error);
    if (refusal.spec.status >= 500) {
      services.log.error(
        { requestId: c.var.requestId, route: c.var.route, err: refusal.cause },
        "request_failed",
      );
    }
    return renderer.problem(c, refusal);
  });
  app.notFound((c) => renderer.problem(c, noSuchPage()));

  app.use(async (c, next) => {
    c.set("services", services);
    c.set("requestId", crypto.randomUUID());
    await next();
  });
  app.use(logRequests(metrics));
  app.use(securityHeaders({ https: isSecure(services) }));
  app.use(probePath, answerProbes(services));
  app.route("/", healthRoutes(health));
  app.use(hostToSite(services));
  app.use("/assets/*", serveAssets());
  app.route("/", problemPages());
  if (services.config.http.openApiDocs)
    app.route("/", apiDocs(routeTable, services.config.version));
  app.route("/", compile(routeTable, apiDoor(tally), renderer));
  app.route("/", compile(routeTable, browserDoor, renderer));

  return {
    metrics,
    settle: () => tally.settle(),
    // The address is asked for first: a request made anew for its method has no connection any more.
    fetch(request, server) {
      const peer = server?.requestIP(request)?.address;
      return app.fetch(withMethodOverride(request), { peer });
    },
  };
}

/** An unknown host gets the same 404 whatever it asks for; the base domain has its own few pages. */
function hostToSite(services: Services): MiddlewareHandler<Env> {
  const findSite = createTenantFinder(services, faceOf);
  const baseSite = createBaseSite(services);
  return async (c, next) => {
    const host = readHost(c.req.header("host"), services.config.http.baseDomain);
    if (host.kind === "base") return baseSite(c);
    const site = host.kind === "label" ? await findSite(host.label) : null;
    if (!site) return c.text("Not found\n", 404);
    c.set("site", site);
    return next();
  };
}

const overridable = new Set(["PUT", "PATCH", "DELETE"]);

/** A form can only post: `?_method=put` says what it means. The origin check sees an unsafe request either way. */
function withMethodOverride(request: Request): Request {
  if (request.method !== "POST" || !request.url.includes("_method=")) return request;
  const url = new URL(request.url);
  const method = url.searchParams.get("_method")?.toUpperCase() ?? "";
  if (!overridable.has(method)) return request;
  url.searchParams.delete("_method");
  return new Request(url, {
    method,
    headers: request.headers,
    body: request.body,
    signal: request.signal,
  });
}
