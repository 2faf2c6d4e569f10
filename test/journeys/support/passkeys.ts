// Authenticators of Chromium's own making, over the DevTools protocol (WebAuthn domain): they check fingerprints that are not there.
import type { CDPSession, Page } from "playwright-core";

export interface VirtualKey {
  /** What it holds. */
  credentials(): Promise<Credential[]>;
  /** Whether it recognises its user. */
  recognises(isUser: boolean): Promise<void>;
  /** Whether it is touched as soon as it asks to be; without, a question waits. */
  touched(isTouched: boolean): Promise<void>;
  /** Takes it away with all it holds; answers that. */
  unplug(): Promise<Credential[]>;
}

export interface Credential {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly privateKey: string;
  readonly signCount: number;
  readonly rpId?: string;
  readonly userHandle?: string;
}

export interface KeyWish {
  readonly transport?: "internal" | "usb";
  /** Whether what it makes may be synced. */
  readonly isSyncing?: boolean;
  /** What it holds from the start. */
  readonly holding?: readonly Credential[];
}

/** Plugs authenticators into one page's browser. */
export async function virtualKeys(page: Page): Promise<(wish?: KeyWish) => Promise<VirtualKey>> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  return (wish = {}) => plug(session, wish);
}

async function plug(
  session: CDPSession,
  { transport = "internal", isSyncing = false, holding = [] }: KeyWish,
): Promise<VirtualKey> {
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: isSyncing,
      defaultBackupState: isSyncing,
    },
  });
  for (const credential of holding)
    await session.send("WebAuthn.addCredential", { authenticatorId, credential });
  const credentials = async () =>
    (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return {
    credentials,
    recognises: (isUserVerified) =>
      session
        .send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })
        .then(() => undefined),
    touched: (enabled) =>
      session
        .send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled })
        .then(() => undefined),
    async unplug() {
      const held = await credentials();
      await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
      return held;
    },
  };
}
