// The OpenAPI 3.1 document, made from the route table: the schemas that check requests are the ones that describe them.
import { z } from "zod";
import type { AnyRoute } from "#platform/http/route.ts";

type Json = Record<string, unknown>;
type DataRoute = Extract<AnyRoute, { kind: "data" }>;

const problemReference = { $ref: "#/components/responses/Problem" };

/** Describes /api/v1 of one site. `origin` is that site's address. */
export function openApiDocument(table: readonly AnyRoute[], origin: string, version: string): Json {
  const paths: Record<string, Json> = { "/oauth2/token": { post: tokenOperation() } };
  for (const route of table) {
    if (route.kind !== "data") continue;
    const path = `/api/v1${route.path.replace(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "WeftID API",
      version,
      description:
        "Bearer tokens come from POST /oauth2/token. Lists are paged: pass `next` back as `cursor`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    security: [{ client: [] }],
    paths,
    components: {
      securitySchemes: {
        client: {
          type: "oauth2",
          flows: { clientCredentials: { tokenUrl: `${origin}/oauth2/token`, scopes: {} } },
        },
      },
      responses: { Problem: problemResponse() },
    },
  };
}

function operation({ method, path, spec }: DataRoute): Json {
  const takesBody = method !== "get" && spec.input !== undefined;
  const isEmpty = ["undefined", "void", "null"].includes(spec.reply._zod.def.type);
  const success = spec.creates ? "201" : isEmpty ? "204" : "200";
  const reply = isEmpty
    ? { description: "Done" }
    : {
        description: "Done",
        content: { "application/json": { schema: jsonSchema(spec.reply, "output") } },
      };
  return {
    operationId: operationId(method, path),
    summary: spec.summary,
    tags: [path.split("/")[1] ?? ""],
    "x-permission": spec.permit,
    parameters: [
      ...parametersOf(spec.params, "path"),
      ...(method === "get" ? parametersOf(spec.input, "query") : []),
    ],
    ...(takesBody
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(spec.input, "input") } },
          },
        }
      : {}),
    responses: { [success]: reply, default: problemReference },
  };
}

/** `get /groups/:groupId/members` → `getGroupsByGroupIdMembers`. */
const operationId = (method: string, path: string) =>
  method +
  path
    .split("/")
    .filter(Boolean)
    .map((part) => (part.startsWith(":") ? `By-${part.slice(1)}` : part))
    .join("-")
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

function parametersOf(schema: z.ZodType | undefined, where: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: property,
  }));
}

/** JSON Schema 2020-12, which OpenAPI 3.1 uses as it is. Dates travel as ISO 8601 text. */
function jsonSchema(schema: z.ZodType | undefined, io: "input" | "output"): Json {
  if (!schema) return {};
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: made }) => {
      if (zodSchema._zod.def.type === "date")
        Object.assign(made, { type: "string", format: "date-time" });
    },
  });
  return rest;
}

function problemResponse(): Json {
  return {
    description: "A refusal (RFC 9457); `code` is stable",
    content: {
      "application/problem+json": {
        schema: {
          type: "object",
          required: ["type", "title", "status", "code", "instance"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            code: { type: "string" },
            instance: { type: "string", description: "The request’s id, for the log" },
            errors: {
              type: "object",
              additionalProperties: { type: "string" },
              description: "Field → problem",
            },
          },
        },
      },
    },
  };
}

function tokenOperation(): Json {
  return {
    operationId: "postOauth2Token",
    summary: "Exchange client credentials for a bearer token",
    tags: ["oauth2"],
    security: [],
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: {
            type: "object",
            required: ["grant_type"],
            properties: {
              grant_type: { const: "client_credentials" },
              client_id: { type: "string" },
              client_secret: { type: "string" },
            },
          },
        },
      },
    },
    responses: {
      "200": {
        description: "A token",
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["access_token", "token_type", "expires_in"],
              properties: {
                access_token: { type: "string" },
                token_type: { const: "Bearer" },
                expires_in: { type: "integer", description: "Seconds" },
              },
            },
          },
        },
      },
      default: { description: "An OAuth 2.0 error (RFC 6749 §5.2)" },
    },
  };
}
