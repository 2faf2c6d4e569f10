// What a screen is given: its data, and the view it is seen through. Screens are pure functions of the two.
import type { FC } from "hono/jsx";
import type { Permission } from "#src/permissions.ts";
import type { PageView, TenantFace, Viewer as PageViewer } from "../ui/types.ts";

export interface Viewer extends PageViewer {
  can(permission: Permission): boolean;
}

export interface View extends PageView {
  readonly query: string;
  readonly tenant: TenantFace & { readonly origin: string };
  readonly viewer: Viewer | null;
  readonly now: Date;
}

export type Screen<T> = FC<{ data: T; view: View }>;

/** A page of a route with a contract: `more` is what only the page shows. */
export type PageScreen<T, L> = FC<{ data: T; view: View; more: L }>;

/** What was typed, by field name; repeated fields are arrays. */
export type Values = Readonly<Record<string, unknown>>;
/** Field name → what is wrong with it. The empty name speaks of the whole form. */
export type Problems = Readonly<Record<string, string>>;

/** A screen with a form on it: shown empty or filled by GET, and again with what was typed when the input was refused. */
export type FormScreen<L> = FC<{ data: L; view: View; values: Values; problems: Problems }>;
