// Declaring routes. `on`: data with two looks (page and JSON); `screen`: a page only; `endpoint`: a protocol's own request and answer.
import type { z } from "zod";
import type { Permission } from "#src/permissions.ts";
import type { Handling, HttpContext, Redirect } from "./context.ts";
import type { FormScreen, PageScreen, Screen } from "./view.ts";

/** Who may call: anyone, anyone signed in, or holders of a permission. There is no default. */
export type Permit = "public" | "signed-in" | Permission;
export type Method = "get" | "post" | "put" | "patch" | "delete";
/** `app`: the screen is wrapped in the navigation. `card`: the screen draws its own FramePage (sign-in, consent). */
export type Frame = "app" | "card";

type None = z.ZodUndefined;

/**
 * A GET that changes something a person would miss: it counts as a step taken. HEAD is then answered without running it, so that a
 * link scanner, a preview or a prefetch takes no step in a person's place (RFC 9110 §9.2.1).
 */
interface Writing {
  readonly writes?: true;
}

interface Common<P extends z.ZodType, I extends z.ZodType, L> extends Writing {
  readonly permit: Permit;
  /**
   * Only for somebody who proved who they are within the last ten minutes (`fresh.ts`): what a stolen session must not do. On the change
   * itself, and on the page of its form. `sometimes`: what is asked for decides, so the action says so (`requireFresh`).
   */
  readonly fresh?: true | "sometimes";
  /** Open also to somebody who is led elsewhere before (`detour.ts`): the page to which they are led. */
  readonly onDetour?: true;
  readonly params?: P;
  readonly input?: I;
  /** 64 KiB unless told otherwise; counted while the body streams in. */
  readonly bodyMaxBytes?: number;
  readonly frame?: Frame;
  /** The page's title; of the data where it depends on it (the form's data after a refusal). */
  readonly title?: string | ((data: never) => string);
  /** The form's page again, with what was typed, when the input or the handler refuses. */
  readonly form?: FormScreen<L>;
  /** What a page needs besides the contract (`more`) and a form besides what was typed (`data`). Loaded for pages only. */
  load?(handling: Handling<z.output<P>, undefined>): Promise<L>;
}

export interface DataRoute<
  P extends z.ZodType,
  I extends z.ZodType,
  R extends z.ZodType,
  L,
> extends Common<P, I, L> {
  /** The contract: what is not in it is not sent. Makes the route part of /api/v1. */
  readonly reply: R;
  handle(handling: Handling<z.output<P>, z.output<I>>): Promise<z.input<R> | Redirect>;
  readonly page?: PageScreen<z.output<R>, L>;
  readonly fragments?: Readonly<Record<string, Screen<z.output<R>>>>;
  /** Where a browser goes after success. */
  next?(data: z.output<R>, params: z.output<P>): string;
  /** The sentence shown there. */
  notice?(data: z.output<R>): string;
  /** 201 on the API, with Location from `next`. */
  readonly creates?: boolean;
  /** A sentence for the OpenAPI document. */
  readonly summary: string;
}

export interface ScreenRoute<P extends z.ZodType, I extends z.ZodType, D, L> extends Common<
  P,
  I,
  L
> {
  handle(handling: Handling<z.output<P>, z.output<I>>): Promise<D | Redirect>;
  readonly page?: Screen<D>;
  readonly fragments?: Readonly<Record<string, Screen<D>>>;
  /** For a script of ours: the data goes out as JSON, and there is no page. */
  readonly json?: true;
  /** The status of the page; 200 unless told otherwise. */
  status?(data: D): 200 | 400 | 401 | 403 | 404 | 409 | 410 | 422 | 429;
}

export interface EndpointRoute<P extends z.ZodType> extends Writing {
  /** `session`: the browser's session is looked up (safe methods only); `none`: no cookie is read. */
  readonly credentials: "session" | "none";
  readonly params?: P;
  readonly bodyMaxBytes?: number;
  handle(handling: Handling<z.output<P>, undefined>, c: HttpContext): Promise<Response>;
  readonly summary: string;
}

/** A declared route, its types forgotten: what the compiler, the OpenAPI document and the route test read. */
export type AnyRoute = {
  readonly method: Method;
  readonly path: string;
} & (
  | { readonly kind: "data"; readonly spec: DataRoute<z.ZodType, z.ZodType, z.ZodType, unknown> }
  | { readonly kind: "screen"; readonly spec: ScreenRoute<z.ZodType, z.ZodType, unknown, unknown> }
  | { readonly kind: "endpoint"; readonly spec: EndpointRoute<z.ZodType> }
);

export interface RouteTable {
  readonly table: readonly AnyRoute[];
  /** A route with a contract: JSON for scripts at /api/v1, a page or a fragment for browsers. */
  on<R extends z.ZodType, P extends z.ZodType = None, I extends z.ZodType = None, L = undefined>(
    method: Method,
    path: string,
    spec: DataRoute<P, I, R, L>,
  ): RouteTable;
  /** A page with no meaning as data (a sign-in step, a form): absent from /api/v1. */
  screen<D, P extends z.ZodType = None, I extends z.ZodType = None, L = undefined>(
    method: Method,
    path: string,
    spec: ScreenRoute<P, I, D, L>,
  ): RouteTable;
  /** A protocol endpoint that reads its request and writes its answer itself. */
  endpoint<P extends z.ZodType = None>(
    method: Method,
    path: string,
    spec: EndpointRoute<P>,
  ): RouteTable;
}

/** An empty table; each call adds a route and hands the table back. */
export function routes(): RouteTable {
  const table: AnyRoute[] = [];
  const add = (route: unknown): RouteTable => {
    table.push(route as AnyRoute);
    return builder;
  };
  const builder: RouteTable = {
    table,
    on: (method, path, spec) => add({ kind: "data", method, path, spec }),
    screen: (method, path, spec) => add({ kind: "screen", method, path, spec }),
    endpoint: (method, path, spec) => add({ kind: "endpoint", method, path, spec }),
  };
  return builder;
}
