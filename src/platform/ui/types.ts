// The shapes that the kit asks of a page: structural, so that it knows nothing of sessions, roles or routes.
import type { Child } from "hono/jsx";
import type { IconName } from "./icon.tsx";

/** What a component accepts between its tags. */
export interface WithChildren {
  readonly children?: Child;
}

/** One entry of the navigation. The caller leaves out what the viewer may not open. */
export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly current: boolean;
  /** Items with the same section stand together under its name; without one they come first. */
  readonly section?: string | undefined;
}

export type NoticeKind = "info" | "success" | "warning" | "error";

/** The notice at the top of a page. With something to do about it, it stays until that is done. */
export interface PageNotice {
  readonly kind: NoticeKind;
  readonly title?: string | undefined;
  readonly text: string;
  readonly action?:
    | { readonly href: string; readonly label: string; readonly newWindow?: boolean }
    | undefined;
}

/** `system` follows the device. */
export type Theme = "light" | "dark" | "system";

export interface TenantFace {
  readonly name: string;
  /** Six hexadecimal digits after `#`; the kit adapts it to both themes (`accentStylesheet`). */
  readonly accent?: string | undefined;
  /** Address of a picture; wide ones are shown at the height of a line. */
  readonly logo?: string | undefined;
}

export interface Viewer {
  readonly name: string;
  readonly email: string;
  readonly theme: Theme;
  /** IANA name of the time zone. */
  readonly zone: string;
  /** They never chose a zone: the browser's is taken. */
  readonly takesZone: boolean;
}

/** What a page knows about the request it answers. */
export interface PageView {
  readonly path: string;
  readonly nonce: string;
  readonly tenant: TenantFace;
  readonly viewer: Viewer | null;
  readonly notice: PageNotice | null;
  readonly nav: readonly NavItem[];
}
