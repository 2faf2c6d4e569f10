// From data to an answer: JSON, fragment or page; a redirect with its notice; a refusal in the form its caller can read.
import type { Child, FC } from "hono/jsx";
import type { Permission } from "#src/permissions.ts";
import { DomainError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import type { IconName } from "../ui/icon.tsx";
import { Layout } from "../ui/index.ts";
import type { NavItem, NoticeKind } from "../ui/types.ts";
import { type HttpContext, isLocalPath, type Redirect, redirect } from "./context.ts";
import { cookieJar } from "./cookies.ts";
import { isSecure } from "./handling.ts";
import { detourPath } from "./detour.ts";
import { stepUpTexts } from "./fresh.ts";
import type { DataRoute, Frame, Method, ScreenRoute } from "./route.ts";
import { isHtmx, shapeOf } from "./shape.ts";
import { stepUpNotice, StepUpScreen } from "./step-up-screen.tsx";
import type { FormScreen, Problems, Values, View } from "./view.ts";

const texts = defineTexts("render", {
  product: "WeftID",
});

/** An entry of the navigation as app.ts declares it. */
export interface NavEntry {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly section?: string;
  readonly permission: Permission | null;
}

type AnyData = DataRoute<never, never, never, never>;
type AnyScreen = ScreenRoute<never, never, never, never>;
type Titled = { readonly title?: string | ((data: unknown) => string); readonly frame?: Frame };

interface FormState {
  readonly data: unknown;
  readonly values: Values;
  readonly problems: Problems;
  readonly status: number;
  /** Shown again for want of fresh proof. */
  readonly isStale?: boolean;
}

interface Outcome {
  readonly data: unknown;
  readonly params: unknown;
  /** Loads what only the page shows. */
  readonly more: (() => Promise<unknown>) | null;
}

export interface Renderer {
  redirect(c: HttpContext, to: Redirect): Response;
  data(c: HttpContext, spec: unknown, outcome: Outcome): Promise<Response>;
  screen(c: HttpContext, spec: unknown, data: unknown): Promise<Response>;
  form(c: HttpContext, spec: unknown, form: unknown, state: FormState): Promise<Response>;
  problem(c: HttpContext, error: DomainError): Promise<Response>;
  /** To a page that comes first, and from there to the one that was asked for. */
  detour(c: HttpContext, to: string): Response;
  /** To the proof, and back to the page that was asked for. */
  proveFirst(c: HttpContext): Response;
  /** A request without a form that was refused for want of fresh proof, ready to be sent again. */
  stale(
    c: HttpContext,
    request: { method: Method; values: Values; status: number },
  ): Response | Promise<Response>;
}

type AnyForm = FormScreen<unknown>;
type AnyPage = FC<{ data: unknown; view: View }>;

/**
 * `problemScreen` draws refusals for browsers; `signInPath` is where nobody is sent who must be somebody; `stepUpPath` is where somebody
 * is sent who must prove it again, without a place to go back to in another tab.
 */
export function createRenderer(options: {
  nav: readonly NavEntry[];
  problemScreen: FC<{ error: DomainError; view: View; requestId: string }>;
  signInPath(returnTo?: string): string;
  stepUpPath(returnTo?: string): string;
}): Renderer {
  const page = (
    c: HttpContext,
    spec: Titled,
    view: View,
    data: unknown,
    content: Child,
    status: number,
  ) => {
    if (spec.frame === "card") return c.html(content as string, status as 200);
    const title =
      typeof spec.title === "function" ? spec.title(data) : (spec.title ?? texts.product);
    const body = (
      <Layout view={view} title={title}>
        {content}
      </Layout>
    );
    return c.html(body, status as 200);
  };

  const renderer: Renderer = {
    redirect(c, to) {
      if (to.notice) setNotice(c, to.notice);
      if (isHtmx(c)) return c.body(null, 200, { "HX-Redirect": to.to });
      return c.redirect(to.to, 303);
    },

    async data(c, spec, { data, params, more }) {
      const route = spec as AnyData & {
        next?(data: unknown, params: unknown): string;
        notice?(data: unknown): string;
      };
      const shape = shapeOf(c);
      const location = route.next?.(data, params);
      if (shape.kind === "json" || (!route.page && !route.next && !route.fragments)) {
        if (data === undefined || data === null) return c.body(null, 204);
        if (route.creates)
          return c.json(data, 201, location ? { Location: apiPath(c, location) } : {});
        return c.json(data);
      }
      const view = viewOf(c, options.nav);
      const fragment = fragmentOf(c, route.fragments as Fragments, data, view);
      if (fragment) return fragment;
      if (location) return renderer.redirect(c, redirect(location, route.notice?.(data) ?? null));
      const Page = route.page as FC<{ data: unknown; view: View; more: unknown }> | undefined;
      if (Page) {
        const extra = more ? await more() : undefined;
        return page(
          c,
          route as Titled,
          view,
          data,
          <Page data={data} view={view} more={extra} />,
          200,
        );
      }
      if (!route.form) return c.json(data);
      return renderer.form(c, spec, route.form, {
        data,
        values: valuesOf(data),
        problems: {},
        status: 200,
      });
    },

    async screen(c, spec, data) {
      const route = spec as AnyScreen & { status?(data: unknown): number };
      const view = viewOf(c, options.nav);
      const fragment = fragmentOf(c, route.fragments as Fragments, data, view);
      if (fragment) return fragment;
      const status = route.status?.(data) ?? 200;
      if (route.json) return c.json(data);
      const Page = route.page as AnyPage | undefined;
      if (Page)
        return page(c, route as Titled, view, data, <Page data={data} view={view} />, status);
      if (!route.form) throw new Error(`${c.var.route} answered data but has no page`);
      return renderer.form(c, spec, route.form, {
        data,
        values: valuesOf(data),
        problems: {},
        status,
      });
    },

    async form(c, spec, form, state) {
      const Form = form as AnyForm;
      const shown = viewOf(c, options.nav);
      const view =
        state.isStale === true ? { ...shown, notice: stepUpNotice(options.stepUpPath()) } : shown;
      const content = (
        <Form data={state.data} view={view} values={state.values} problems={state.problems} />
      );
      return page(c, spec as Titled, view, state.data, content, state.status);
    },

    detour: (c, to) => renderer.redirect(c, redirect(detourPath(to, placeOf(c)))),

    proveFirst: (c) => renderer.redirect(c, redirect(leadingBack(options.stepUpPath, placeOf(c)))),

    stale(c, { method, values, status }) {
      const stepUpPath = options.stepUpPath();
      const action = placeOf(c);
      const content = <StepUpScreen {...{ action, method, values, stepUpPath }} />;
      const view = viewOf(c, options.nav);
      return page(c, { title: stepUpTexts.required }, view, null, content, status);
    },

    async problem(c, error) {
      const { status, title } = error.spec;
      const wait = error.retryAfterSeconds;
      if (wait !== undefined) c.header("Retry-After", String(wait));
      if (shapeOf(c).kind === "json" || !c.var.site) return problemJson(c, error);
      if (status === 401 && !c.var.principal) {
        const returnTo = c.req.method === "GET" ? placeOf(c) : "/";
        return renderer.redirect(c, redirect(leadingBack(options.signInPath, returnTo)));
      }
      const Problem = options.problemScreen;
      const view = viewOf(c, options.nav);
      const content = <Problem error={error} view={view} requestId={c.var.requestId} />;
      if (isHtmx(c)) {
        c.header("HX-Retarget", "#notices");
        c.header("HX-Reswap", "innerHTML");
        return c.html(<div class="notice notice-error">{title}</div>, status);
      }
      return page(c, { title, frame: view.viewer ? "app" : "card" }, view, error, content, status);
    },
  };
  return renderer;
}

/** A refusal as RFC 9457 problem details; `code` is stable, `instance` finds the log line. */
export function problemJson(c: HttpContext, error: DomainError): Response {
  const { status, title } = error.spec;
  const body = {
    type: `/problems/${error.code}`,
    title,
    status,
    code: error.code,
    ...error.detail,
    instance: c.var.requestId,
  };
  return c.json(body, status, { "content-type": "application/problem+json" });
}

type Fragments = Readonly<Record<string, AnyPage>> | undefined;

function fragmentOf(c: HttpContext, fragments: Fragments, data: unknown, view: View) {
  const shape = shapeOf(c);
  const Fragment = shape.kind === "fragment" ? fragments?.[shape.target] : undefined;
  return Fragment ? c.html(<Fragment data={data} view={view} />) : null;
}

/** What an empty form starts with: the data's own `values`, when it has any. */
const valuesOf = (data: unknown): Values => (data as { values?: Values } | null)?.values ?? {};

function viewOf(c: HttpContext, nav: readonly NavEntry[]): View {
  const { site, principal, nonce, services } = c.var;
  const viewer = principal?.viewer ?? null;
  return {
    path: c.req.path,
    query: queryOf(c),
    nonce,
    tenant: { name: site.name, origin: site.origin, ...site.face },
    viewer,
    notice: takeNotice(c),
    nav: viewer
      ? nav
          .filter((entry) => !entry.permission || viewer.can(entry.permission))
          .map((entry) => navItem(entry, c.req.path))
      : [],
    now: services.clock.now(),
  };
}

function navItem(entry: NavEntry, path: string): NavItem {
  const current = path === entry.href || (entry.href !== "/" && path.startsWith(`${entry.href}/`));
  const { href, label, icon, section } = entry;
  return { href, label, icon, section, current };
}

const queryOf = (c: HttpContext): string => {
  const mark = c.req.url.indexOf("?");
  return mark === -1 ? "" : c.req.url.slice(mark);
};

/** What was asked for, with its query. */
const placeOf = (c: HttpContext): string => c.req.path + queryOf(c);

/** A page that comes first, and the place to go back to: left out where both are too long for one address. */
function leadingBack(pathTo: (returnTo?: string) => string, place: string): string {
  const path = pathTo(place);
  return isLocalPath(path) ? path : pathTo();
}

const apiPath = (c: HttpContext, path: string) =>
  c.req.path.startsWith("/api/v1") ? `/api/v1${path}` : path;

const noticeCookie = "notice";

function setNotice(c: HttpContext, { kind, text }: NonNullable<Redirect["notice"]>): void {
  const jar = cookieJar(c, isSecure(c.var.services));
  const value = `${kind}.${Buffer.from(text).toString("base64url")}`;
  jar.set(noticeCookie, value, { maxAgeSeconds: 60 });
}

const noticeKinds: readonly NoticeKind[] = ["success", "info", "warning", "error"];

/** The sentence left by the redirect that led here, shown once. */
function takeNotice(c: HttpContext): View["notice"] {
  const jar = cookieJar(c, isSecure(c.var.services));
  const kept = jar.get(noticeCookie);
  if (kept === undefined) return null;
  // Only what is seen is used up.
  if (c.req.raw.method !== "HEAD") jar.clear(noticeCookie);
  const [name, text = ""] = kept.split(".");
  const kind = noticeKinds.find((known) => known === name);
  if (kind === undefined) return null;
  return { kind, text: Buffer.from(text, "base64url").toString().slice(0, 500) };
}
