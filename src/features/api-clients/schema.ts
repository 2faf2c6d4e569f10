import { z } from "zod";
import { pageOf, Paging } from "#platform/http/input.ts";
import { ApiClientId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
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
});
export type NewApiClient = z.infer<typeof NewApiClient>;

export const ApiClient = z.object({
  id: ApiClientId,
  name: z.string(),
  role: Role,
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
});
export type CreatedApiClient = z.infer<typeof CreatedApiClient>;

export const ApiClientParams = z.object({ clientId: ApiClientId });
export const ApiClientPaging = Paging;
