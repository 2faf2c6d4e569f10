// The address that goes straight to a provider: for people whose own address does not lead to it, in their mail and for bookmarks.
import type { IdentityProviderId } from "#src/ids.ts";

export const withProviderPath = (providerId: IdentityProviderId): string =>
  `/sign-in/with/${providerId}`;
