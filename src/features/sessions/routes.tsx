// Sessions for administrators and scripts: who is signed in, and ending it. One's own sessions are at /security/sessions.
import { z } from "zod";
import { routes } from "#platform/http/route.ts";
import { endAnySession } from "./actions/end.ts";
import { setSessionCookie } from "./authenticate.ts";
import { endAllSessions } from "./actions/end-all.ts";
import { countOthers, findLiveSession, listSessions } from "./queries.ts";
import { SessionCount, SessionFilter, SessionList, SessionParams } from "./schema.ts";
import { texts } from "./texts.ts";
import { EndAllPage, EndSessionPage, SessionsPage } from "./views.tsx";

export const sessionRoutes = routes()
  .on("get", "/sessions", {
    summary: "Live sessions of everybody, or of one person, newest first",
    permit: "sessions.read",
    title: texts.title,
    input: SessionFilter,
    reply: SessionList,
    handle: ({ tenant, input, now }) => tenant.read((db) => listSessions(db, input, now)),
    page: SessionsPage,
  })
  .screen("get", "/sessions/end", {
    fresh: true,
    permit: "sessions.end_all",
    title: texts.endAllQuestion,
    handle: ({ tenant, session, now }) =>
      tenant.read((db) => countOthers(db, { except: session?.id ?? null, now })),
    page: EndAllPage,
  })
  .on("put", "/sessions/end", {
    fresh: true,
    summary:
      "End everybody’s sessions at once; API clients go on, and in a browser the session that does it",
    permit: "sessions.end_all",
    reply: SessionCount,
    handle: async ({ tenant, actor, session, cookies, now }) => {
      const { ended, cookie } = await tenant.write((db) => endAllSessions(db, actor, session));
      if (cookie !== null) setSessionCookie(cookies, cookie, now);
      return ended;
    },
    next: () => "/sessions",
    notice: ({ sessions, people }) => texts.endedAllNotice(sessions, people),
  })
  .on("delete", "/sessions/:sessionId", {
    fresh: true,
    summary: "End a session; its cookie is worth nothing from then on",
    permit: "sessions.end",
    params: SessionParams,
    reply: z.null(),
    handle: async ({ tenant, actor, params }) => {
      await tenant.write((db) => endAnySession(db, actor, params.sessionId));
      return null;
    },
    next: () => "/sessions",
    notice: () => texts.endedNotice,
  })
  .screen("get", "/sessions/:sessionId/end", {
    fresh: true,
    permit: "sessions.end",
    title: texts.end,
    params: SessionParams,
    handle: ({ tenant, params, now }) =>
      tenant.read((db) => findLiveSession(db, params.sessionId, now)),
    page: EndSessionPage,
  });
