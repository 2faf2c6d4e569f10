// What every list of sessions says of one: how it was proven, and when it ends.
import type { FC } from "hono/jsx";
import { methodsText, worthText } from "#features/policy/index.ts";
import { Badge, Stack, Time } from "#platform/ui/index.ts";
import type { Session } from "./schema.ts";
import { texts } from "./texts.ts";

/** How the session was proven, and what that is worth. */
export const ProofOf: FC<Pick<Session, "methods" | "strength">> = ({ methods, strength }) => (
  <Stack gap="small">
    <span>{methodsText(methods)}</span>
    <span>
      <Badge>{worthText[strength]}</Badge>
    </span>
  </Stack>
);

/** When the session ends if nobody uses it before. */
export const EndOf: FC<Pick<Session, "expiresAt" | "isKept"> & { zone: string }> = (session) => (
  <Stack gap="small">
    <Time at={session.expiresAt} zone={session.zone} />
    {!session.isKept && <small>{texts.withWindow}</small>}
  </Stack>
);
