import { z } from "zod";
import { many, pageOf, Paging } from "#platform/http/input.ts";
import { ApiClientId, UserId } from "#src/ids.ts";
import { areas, Role, ScopeAccess } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** How long a bearer token works (RFC 6749 §4.4.3: no refresh token; the client asks again). */
export const tokenSeconds = 3_600;

export const NewApiClient = z.object({
  name: z
    .string({ error: () => texts.nameMissing })
    .trim()
    .min(1, { error: () => texts.nameMissing })
    .max(100, { error: () => texts.nameTooLong }),
  role: Role,
  /** Whether it may change anything. */
  access: ScopeAccess.default("write"),
  /** What it may touch of what its role may; none named: all of it. */
  areas: many(z.enum(areas, { error: () => texts.areaUnknown }))
    .default([])
    .transform((named) => (named.length === 0 ? null : [...new Set(named)])),
});
export type NewApiClient = z.infer<typeof NewApiClient>;

export const ApiClient = z.object({
  id: ApiClientId,
  name: z.string(),
  role: Role,
  access: ScopeAccess,
  areas: z.array(z.string()).nullable(),
  /** Who made it, or gave it its secret last; null: an operator, a script, or somebody who is gone. */
  createdBy: z.object({ id: UserId, name: z.string() }).nullable(),
  /** The role it acts with now: no more than that of the person who made it. Null: it is stopped. */
  actsAs: Role.nullable(),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});
export type ApiClient = z.infer<typeof ApiClient>;
export const ApiClientList = pageOf(ApiClient);

/** The only answer that ever holds the secret. */
export const CreatedApiClient = z.object({
  clientId: ApiClientId,
  clientSecret: z.string(),
  name: z.string(),
  role: Role,
  access: ScopeAccess,
  areas: z.array(z.string()).nullable(),
});
export type CreatedApiClient = z.infer<typeof CreatedApiClient>;

export const ApiClientParams = z.object({ clientId: ApiClientId });
export const ApiClientPaging = Paging;
