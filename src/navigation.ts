// What stands in the side navigation, and for whom.
import type { NavEntry } from "#platform/http/render.tsx";
import { defineTexts } from "#platform/texts.ts";

const texts = defineTexts("navigation", {
  home: "Home",
  people: "People",
  users: "Users",
  groups: "Groups",
  recovery: "Recovery",
  access: "Access",
  applications: "Applications",
  identityProviders: "Identity providers",
  apiClients: "API clients",
  oversight: "Oversight",
  audit: "Audit trail",
  sessions: "Sessions",
  limits: "Limits",
  settings: "Settings",
  signIn: "Sign-in settings",
  branding: "Branding",
});

export const navigation: readonly NavEntry[] = [
  { href: "/", label: texts.home, icon: "home", permission: null },
  {
    href: "/users",
    label: texts.users,
    icon: "users",
    section: texts.people,
    permission: "users.read",
  },
  {
    href: "/groups",
    label: texts.groups,
    icon: "groups",
    section: texts.people,
    permission: "groups.read",
  },
  {
    href: "/recovery",
    label: texts.recovery,
    icon: "refresh",
    section: texts.people,
    permission: "users.manage",
  },
  {
    href: "/applications",
    label: texts.applications,
    icon: "apps",
    section: texts.access,
    permission: "applications.read",
  },
  {
    href: "/identity-providers",
    label: texts.identityProviders,
    icon: "sign-in",
    section: texts.access,
    permission: "identity_providers.manage",
  },
  {
    href: "/api-clients",
    label: texts.apiClients,
    icon: "key",
    section: texts.access,
    permission: "api_clients.read",
  },
  {
    href: "/sessions",
    label: texts.sessions,
    icon: "laptop",
    section: texts.oversight,
    permission: "sessions.read",
  },
  {
    href: "/limits",
    label: texts.limits,
    icon: "clock",
    section: texts.oversight,
    permission: "limits.manage",
  },
  {
    href: "/events",
    label: texts.audit,
    icon: "activity",
    section: texts.oversight,
    permission: "events.read",
  },
  {
    href: "/settings/sign-in",
    label: texts.signIn,
    icon: "settings",
    section: texts.settings,
    permission: "settings.manage",
  },
  {
    href: "/branding",
    label: texts.branding,
    icon: "star",
    section: texts.settings,
    permission: "settings.manage",
  },
];
