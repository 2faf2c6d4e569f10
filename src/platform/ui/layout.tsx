// The page of a signed-in person: navigation, content, account menu. Everything opens without script.
import type { Child } from "hono/jsx";
import { Avatar, firstLetter } from "./avatar.tsx";
import { LinkButton } from "./button.tsx";
import { Document } from "./document.tsx";
import { Icon } from "./icon.tsx";
import { Menu, MenuAction, MenuLink } from "./menu.tsx";
import { Notice } from "./notice.tsx";
import { texts } from "./texts.ts";
import type { NavItem, PageView, TenantFace, Viewer } from "./types.ts";

/** Where the account menu leads. */
export const accountPaths = {
  profile: "/profile",
  browserZone: "/profile/browser-time-zone",
  security: "/security",
  signOut: "/sign-out",
} as const;

export interface LayoutProps {
  readonly view: PageView;
  /** Title of the page, without the tenant's name. */
  readonly title: string;
  /** `narrow` for forms and reading, `wide` for tables (the default). */
  readonly width?: "narrow" | "wide" | undefined;
  readonly children?: Child;
}

/** A whole page: header with navigation, `#notices`, the content and a footer. */
export function Layout({ view, title, width = "wide", children }: LayoutProps) {
  return (
    <Document view={view} title={title}>
      <a class="skip-link" href="#main">
        {texts.skipToContent}
      </a>
      <div class="shell">
        <header class="shell-head">
          <Brand tenant={view.tenant} />
          {view.nav.length > 0 && <Navigation items={view.nav} />}
          {view.viewer !== null && <AccountMenu viewer={view.viewer} />}
        </header>
        <div class="shell-body" data-width={width}>
          <main id="main" tabindex={-1}>
            <Notices notice={view.notice} />
            {children}
          </main>
          <PageFooter />
        </div>
      </div>
      <p id="announcer" class="visually-hidden" role="status"></p>
      {view.viewer?.takesZone === true && <BrowserZone />}
    </Document>
  );
}

/** Says the browser's time zone (app.js): without it times are those of UTC, until the person chooses theirs. */
const BrowserZone = () => (
  <form method="post" action={accountPaths.browserZone} hidden data-browser-zone>
    <input type="hidden" name="timeZone" />
  </form>
);

/** The live region at the top of the content; answers to htmx may add a notice to it. */
export function Notices({ notice }: Pick<PageView, "notice">) {
  return (
    <div id="notices" role="region" aria-live="polite" aria-label={texts.notices}>
      {notice !== null && (
        <Notice
          kind={notice.kind}
          title={notice.title}
          dismissible={notice.action === undefined}
          action={
            notice.action && (
              <LinkButton href={notice.action.href} newWindow={notice.action.newWindow} small>
                {notice.action.label}
              </LinkButton>
            )
          }
        >
          {notice.text}
        </Notice>
      )}
    </div>
  );
}

/** The tenant's logo, or the first letter of its name. */
export function TenantMark({ tenant }: { tenant: TenantFace }) {
  if (tenant.logo !== undefined) return <img class="mark" src={tenant.logo} alt="" />;
  return (
    <span class="mark" aria-hidden="true">
      {firstLetter(tenant.name)}
    </span>
  );
}

export function PageFooter() {
  return (
    <footer class="page-footer">
      <Icon name="weft" size="small" />
      <span>{texts.runsOn(texts.product)}</span>
    </footer>
  );
}

function Brand({ tenant }: { tenant: TenantFace }) {
  return (
    <a class="brand" href="/">
      <TenantMark tenant={tenant} />
      <span class="brand-name">{tenant.name}</span>
    </a>
  );
}

/** Twice the same list: beside the content where there is room, in a disclosure where there is not. CSS shows one. */
function Navigation({ items }: { items: readonly NavItem[] }) {
  return (
    <>
      <details class="nav-menu" data-menu>
        <summary aria-label={texts.menu}>
          <Icon name="menu" />
        </summary>
        <nav aria-label={texts.mainNavigation}>
          <NavigationList items={items} />
        </nav>
      </details>
      <nav class="nav-side" aria-label={texts.mainNavigation}>
        <NavigationList items={items} />
      </nav>
    </>
  );
}

function NavigationList({ items }: { items: readonly NavItem[] }) {
  const sections = [...Map.groupBy(items, (item) => item.section ?? "")].sort(([one], [other]) =>
    one === "" ? -1 : other === "" ? 1 : 0,
  );
  return (
    <>
      {sections.map(([name, entries]) => (
        <>
          {name !== "" && <p class="nav-section">{name}</p>}
          <ul class="nav-list">
            {entries.map((item) => (
              <li>
                <a
                  class="nav-link"
                  href={item.href}
                  aria-current={item.current ? "page" : undefined}
                >
                  <Icon name={item.icon} />
                  <span>{item.label}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  );
}

function AccountMenu({ viewer }: { viewer: Viewer }) {
  const face = (
    <>
      <Avatar name={viewer.name} />
      <span class="account-text">
        <span class="visually-hidden">{texts.account} </span>
        <span class="account-name">{viewer.name}</span>
        <span class="account-email">{viewer.email}</span>
      </span>
      <Icon name="chevron-up" size="small" />
    </>
  );
  return (
    <Menu face={face} class="account">
      <p class="menu-heading">{viewer.email}</p>
      <MenuLink href={accountPaths.profile} icon="user">
        {texts.profile}
      </MenuLink>
      <MenuLink href={accountPaths.security} icon="shield">
        {texts.security}
      </MenuLink>
      <MenuAction action={accountPaths.signOut} icon="sign-out">
        {texts.signOut}
      </MenuAction>
    </Menu>
  );
}
