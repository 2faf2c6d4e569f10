// Vocabulary: branded ids, so that a group's id is never passed where a user's belongs.
import { z } from "zod";

const id = z.uuid();

export const TenantId = id.brand("TenantId");
export type TenantId = z.infer<typeof TenantId>;
export const UserId = id.brand("UserId");
export type UserId = z.infer<typeof UserId>;
export const GroupId = id.brand("GroupId");
export type GroupId = z.infer<typeof GroupId>;
export const SessionId = id.brand("SessionId");
export type SessionId = z.infer<typeof SessionId>;
export const DeviceId = id.brand("DeviceId");
export type DeviceId = z.infer<typeof DeviceId>;
export const ApplicationId = id.brand("ApplicationId");
export type ApplicationId = z.infer<typeof ApplicationId>;
export const ApiClientId = id.brand("ApiClientId");
export type ApiClientId = z.infer<typeof ApiClientId>;
export const SamlKeyId = id.brand("SamlKeyId");
export type SamlKeyId = z.infer<typeof SamlKeyId>;
export const SsoRequestId = id.brand("SsoRequestId");
export type SsoRequestId = z.infer<typeof SsoRequestId>;
export const FileId = id.brand("FileId");
export type FileId = z.infer<typeof FileId>;
export const PasskeyId = id.brand("PasskeyId");
export type PasskeyId = z.infer<typeof PasskeyId>;
export const PolicyTrialId = id.brand("PolicyTrialId");
export type PolicyTrialId = z.infer<typeof PolicyTrialId>;
export const ReactivationRequestId = id.brand("ReactivationRequestId");
export type ReactivationRequestId = z.infer<typeof ReactivationRequestId>;
export const FactorResetId = id.brand("FactorResetId");
export type FactorResetId = z.infer<typeof FactorResetId>;
export const IdentityProviderId = id.brand("IdentityProviderId");
export type IdentityProviderId = z.infer<typeof IdentityProviderId>;
export const IdentityProviderRequestId = id.brand("IdentityProviderRequestId");
export type IdentityProviderRequestId = z.infer<typeof IdentityProviderRequestId>;
export const IdentityProviderKeyId = id.brand("IdentityProviderKeyId");
export type IdentityProviderKeyId = z.infer<typeof IdentityProviderKeyId>;
