import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { ApiClientId } from "#src/ids.ts";
import { Role, ScopeAccess } from "#src/permissions.ts";
import { texts } from "./texts.ts";

export const apiClientCreated = defineEvent("api_client.created", {
  says: texts.eventCreated,
  data: z.object({
    clientId: ApiClientId,
    name: z.string(),
    role: Role,
    access: ScopeAccess.default("write"),
    areas: z.array(z.string()).nullable().default(null),
  }),
});
export const apiClientSecretReplaced = defineEvent("api_client.secret_replaced", {
  says: texts.eventSecretReplaced,
  data: z.object({ clientId: ApiClientId, name: z.string() }),
});
export const apiClientRevoked = defineEvent("api_client.revoked", {
  says: texts.eventRevoked,
  data: z.object({ clientId: ApiClientId, name: z.string() }),
});
export const tokenIssued = defineEvent("api_client.token_issued", {
  says: texts.eventTokenIssued,
  data: z.object({ clientId: ApiClientId, expiresAt: z.iso.datetime() }),
});
export const clientRefused = defineEvent("api_client.refused", {
  says: texts.eventRefused,
  data: z.object({
    clientId: ApiClientId.nullable(),
    cause: z.enum(["unknown", "secret", "revoked", "maker_gone"]),
  }),
});
