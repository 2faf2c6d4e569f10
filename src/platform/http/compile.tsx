// From a declared route to a Hono route: origin, permit, detour, fresh proof, body limit, input, handler, contract, shape, in that order.
import { zValidator } from "@hono/zod-validator";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { DomainError, defineError } from "../errors.ts";
import { defineTexts } from "../texts.ts";
import { type Env, type Handling, type HttpContext, type Read, Redirect } from "./context.ts";
import { requireSameOrigin } from "./csrf.ts";
import { detourOf } from "./detour.ts";
import { type Door, requirePermit } from "./door.ts";
import { freshnessOf, stepUpRequired } from "./fresh.ts";
import { handlingOf } from "./handling.ts";
import { invalidInput, problemsOf, unstorableFields } from "./input.ts";
import type { Renderer } from "./render.tsx";
import type { AnyRoute } from "./route.ts";
import { isHtmx, shapeOf, varyByShape } from "./shape.ts";

const texts = defineTexts("http", {
  tooLarge: "That is more than this page takes",
  notFound: "There is nothing at this address",
});
export const bodyTooLarge = defineError("request.too_large", {
  status: 413,
  title: texts.tooLarge,
});
export const noSuchPage = defineError("request.not_found", { status: 404, title: texts.notFound });

const defaultBodyMaxBytes = 64 * 1024;

/** A door's routes as one Hono app. Routes without a contract are left out of the API's. */
export function compile(tables: readonly AnyRoute[], door: Door, renderer: Renderer): Hono<Env> {
  const app = new Hono<Env>();
  for (const route of tables) {
    if (door.kind === "api" && route.kind !== "data") continue;
    const path = door.prefix + route.path;
    const steps = [
      guard(route, door),
      detour(route, door, renderer),
      freshness(route, door, renderer),
      ...limits(route),
      ...reader(route),
      answer(route, renderer),
    ];
    app.on(route.method.toUpperCase(), path, ...(steps as [MiddlewareHandler<Env>]));
  }
  return app;
}

/** Who is calling and may they: before a byte of the body is read. */
function guard(route: AnyRoute, door: Door): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set("route", `${route.method.toUpperCase()} ${door.prefix}${route.path}`);
    c.header("Vary", varyByShape);
    door.admit?.(c);
    if (route.kind === "endpoint") {
      // An endpoint without cookies has nothing for another origin to borrow; one with them answers safe methods only.
      c.set("principal", route.spec.credentials === "session" ? await door.authenticate(c) : null);
      if (route.spec.credentials === "session") requireSameOrigin(c);
    } else {
      if (door.kind === "browser") requireSameOrigin(c);
      c.set("principal", await door.authenticate(c));
      const writes = route.method !== "get" || route.spec.writes === true;
      requirePermit(c.var.principal, route.spec.permit, { writes });
    }
    await next();
  };
}

/** Whether the caller has to do something else first. */
function detour(route: AnyRoute, door: Door, renderer: Renderer): MiddlewareHandler<Env> {
  return async (c, next) => {
    const to = detourOf(route, door, c);
    return to === null ? next() : renderer.detour(c, to);
  };
}

/** Whether the caller's proof is recent enough. What a stale request has typed is read all the same, to be shown again. */
function freshness(route: AnyRoute, door: Door, renderer: Renderer): MiddlewareHandler<Env> {
  return async (c, next) => {
    const found = freshnessOf(route, door, c);
    if (found === "prove_first") return renderer.proveFirst(c);
    if (found === "stale") c.set("isStale", true);
    return next();
  };
}

function limits(route: AnyRoute): MiddlewareHandler<Env>[] {
  if (route.method === "get") return [];
  const maxSize = route.spec.bodyMaxBytes ?? defaultBodyMaxBytes;
  return [
    bodyLimit({
      maxSize,
      onError: () => {
        throw bodyTooLarge({ maxBytes: maxSize });
      },
    }),
  ];
}

type Target = "query" | "form" | "json";

/** The route's input schema as a Hono validator: of the query of a GET, else of JSON or a form by content type. */
function reader(route: AnyRoute): MiddlewareHandler<Env>[] {
  if (route.kind === "endpoint" || !route.spec.input) return [];
  const schema = route.spec.input;
  // What is wrong is judged by `answer`, which shows the form again; the validator itself lets everything pass.
  const judged = async (value: unknown): Promise<Read> => {
    const raw = isRecord(value) ? value : {};
    const unstorable = unstorableFields(value);
    if (Object.keys(unstorable).length > 0) return { raw, parsed: undefined, problems: unstorable };
    const result = await schema.safeParseAsync(value);
    return result.success
      ? { raw, parsed: result.data, problems: null }
      : { raw, parsed: undefined, problems: problemsOf(result.error.issues) };
  };
  const step: MiddlewareHandler<Env> = (c, next) => {
    const isJson = (c.req.header("content-type") ?? "").startsWith("application/json");
    const target = route.method === "get" ? "query" : isJson ? "json" : "form";
    const validate = zValidator<z.ZodType, Target, Env, string>(target, schema, undefined, {
      validationFunction: async (_, value) => {
        c.set("read", await judged(value));
        return { success: true, data: value };
      },
    });
    return validate(c, next);
  };
  return [step];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function answer(route: AnyRoute, renderer: Renderer): MiddlewareHandler<Env> {
  return async (c) => {
    if (route.spec.writes && c.req.raw.method === "HEAD") return c.body(null, 200);
    const params = parseParams(route, c);
    const handling = handlingOf(c, params, undefined);
    if (route.kind === "endpoint") return route.spec.handle(handling, c);
    const { read, isStale } = c.var;
    const askAgain = () => askForProof(route, c, renderer, { handling, read });
    if (isStale) return askAgain();
    if (read?.problems) {
      return refuse(route, c, renderer, handling, read, invalidInput({ errors: read.problems }));
    }
    const withInput = { ...handling, input: read?.parsed } as Handling<never, never>;
    try {
      const outcome = await route.spec.handle(withInput);
      if (outcome instanceof Redirect) return renderer.redirect(c, outcome);
      if (route.kind === "screen") return await renderer.screen(c, route.spec, outcome);
      const { load } = route.spec;
      const more = load ? () => load(handling) : null;
      return await renderer.data(c, route.spec, {
        data: route.spec.reply.parse(outcome),
        params,
        more,
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code !== stepUpRequired.code)
        return refuse(route, c, renderer, handling, read, error);
      return route.method === "get" ? renderer.proveFirst(c) : askAgain();
    }
  };
}

/** Nothing is done, nothing typed is lost: the form again, or the button, beside the way to prove oneself. */
async function askForProof(
  route: Exclude<AnyRoute, { kind: "endpoint" }>,
  c: HttpContext,
  renderer: Renderer,
  { handling, read }: { handling: Handling<unknown, undefined>; read: Read | undefined },
): Promise<Response> {
  const { form, load } = route.spec;
  const refusal = stepUpRequired();
  if (shapeOf(c).kind === "json" || isHtmx(c)) throw refusal;
  const { status } = refusal.spec;
  const values = read?.raw ?? {};
  if (!form) return renderer.stale(c, { method: route.method, values, status });
  const data = load ? await load(handling) : undefined;
  return renderer.form(c, route.spec, form, {
    data,
    values,
    problems: {},
    status,
    isStale: true,
  });
}

/** A refusal of a route that has a form shows that form again; everything else goes to the door's error page. */
async function refuse(
  route: Exclude<AnyRoute, { kind: "endpoint" }>,
  c: HttpContext,
  renderer: Renderer,
  handling: Handling<unknown, undefined>,
  read: Read | undefined,
  error: DomainError,
): Promise<Response> {
  const { form, load } = route.spec;
  const showsAgain =
    error.spec.status !== 404 && error.spec.status !== 403 && error.spec.status !== 401;
  // The form of a screen that is read needs the data which a refused query kept it from; the form of a list is its filter.
  const isUnread = route.method === "get" && route.kind === "screen";
  if (isUnread || !form || !showsAgain || shapeOf(c).kind === "json") throw error;
  const problems = (error.detail["errors"] as Record<string, string> | undefined) ?? {
    "": error.spec.title,
  };
  const data = load ? await load(handling) : undefined;
  if (error.retryAfterSeconds !== undefined) {
    c.header("Retry-After", String(error.retryAfterSeconds));
  }
  return renderer.form(c, route.spec, form, {
    data,
    values: read?.raw ?? {},
    problems,
    status: error.spec.status,
  });
}

/** A path parameter that is not of its shape names nothing: 404, not 500. */
function parseParams(route: AnyRoute, c: HttpContext): unknown {
  const schema: z.ZodType | undefined = route.spec.params;
  if (!schema) return undefined;
  const parsed = schema.safeParse(c.req.param());
  if (!parsed.success) throw noSuchPage();
  return parsed.data;
}
