// What every list of sessions says of one: from where, since when and how it was proven, and when it ends.
import type { Child, FC } from "hono/jsx";
import { methodsText, worthText } from "#features/policy/index.ts";
import { Badge, Cluster, Stack, Time } from "#platform/ui/index.ts";
import type { Session } from "./schema.ts";
import { texts } from "./texts.ts";

/** The device with a mark beside it, and the network address at sign-in below. */
export const DeviceOf: FC<Pick<Session, "device" | "ip"> & { mark?: Child }> = (session) => (
  <Stack gap="small">
    <Cluster>
      <span>{session.device}</span>
      {session.mark}
    </Cluster>
    <small>{session.ip}</small>
  </Stack>
);

/** How the session was proven, and what that is worth. */
export const ProofOf: FC<Pick<Session, "methods" | "strength">> = ({ methods, strength }) => (
  <Cluster>
    <span>{methodsText(methods)}</span>
    <Badge>{worthText[strength]}</Badge>
  </Cluster>
);

/** When the person signed in, and by what. */
export const SignInOf: FC<
  Pick<Session, "startedAt" | "methods" | "strength"> & { zone: string }
> = (session) => (
  <Stack gap="small">
    <Time at={session.startedAt} zone={session.zone} />
    <ProofOf {...session} />
  </Stack>
);

/** When the session ends if nobody uses it before. */
export const EndOf: FC<Pick<Session, "expiresAt" | "isKept"> & { zone: string }> = (session) => (
  <Stack gap="small">
    <Time at={session.expiresAt} zone={session.zone} />
    {!session.isKept && <small>{texts.withWindow}</small>}
  </Stack>
);
