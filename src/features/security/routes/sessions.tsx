// One's own sessions. Ending one is a DELETE of it, ending all others a DELETE of the list.
import {
  endOnWord,
  endOtherSessions,
  sessionNotFound,
  sessionsOf,
} from "#features/sessions/index.ts";
import { type Handling, redirect } from "#platform/http/context.ts";
import { routes } from "#platform/http/route.ts";
import { keepSession, mine } from "../me.ts";
import { ownDevices } from "./devices.tsx";
import { SessionParams } from "../schema.ts";
import { texts } from "../texts.ts";
import { EndOnePage, EndOthersPage, type OwnSession, OwnSessionsPage } from "../views/sessions.tsx";

const own = { permit: "account.manage", title: texts.sessionsTitle } as const;
const path = "/security/sessions";

export const ownSessionRoutes = routes()
  .screen("get", path, {
    ...own,
    page: OwnSessionsPage,
    handle: async (handling) => ({
      sessions: await ownSessions(handling),
      devices: await ownDevices(handling),
    }),
  })
  .screen("get", `${path}/end`, { ...own, page: EndOthersPage, handle: async () => null })
  .screen("get", `${path}/:sessionId/end`, {
    ...own,
    params: SessionParams,
    page: EndOnePage,
    handle: async (handling): Promise<OwnSession> => {
      const { sessionId } = handling.params;
      const session = (await ownSessions(handling)).find(({ id }) => id === sessionId);
      if (!session) throw sessionNotFound();
      return session;
    },
  })
  .screen("delete", `${path}/:sessionId`, {
    ...own,
    params: SessionParams,
    handle: async (handling) => {
      const { tenant, actor, userId, session } = mine(handling);
      const { sessionId } = handling.params;
      // By owner too: another person's session is not there.
      const ending = { sessionId, userId, reason: "ended_by_person", here: session.id } as const;
      if (!(await tenant.write((db) => endOnWord(db, actor, ending)))) throw sessionNotFound();
      return redirect(path, texts.ended);
    },
  })
  .screen("delete", path, {
    ...own,
    handle: async (handling) => {
      const { tenant, actor, session } = mine(handling);
      const { ended, cookie } = await tenant.write((db) => endOtherSessions(db, actor, session));
      keepSession(handling, cookie);
      return redirect(path, texts.endedOthers(ended));
    },
  });

async function ownSessions(handling: Handling<unknown, unknown>): Promise<OwnSession[]> {
  const { tenant, userId, now, session } = mine(handling);
  const sessions = await tenant.read((db) => sessionsOf(db, userId, now));
  return sessions.map((each) => ({ ...each, isThis: each.id === session.id }));
}
