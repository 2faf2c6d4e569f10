// Icons of public/icons.svg, drawn as strokes in the colour of the text around them.
import { asset } from "./assets.ts";

/** Every symbol of the sprite; a test compares the two. */
export const iconNames = [
  "activity",
  "apps",
  "arrow-left",
  "arrow-right",
  "ban",
  "bell",
  "book",
  "building",
  "calendar",
  "certificate",
  "check",
  "chevron-down",
  "chevron-left",
  "chevron-right",
  "chevron-up",
  "clock",
  "code",
  "copy",
  "download",
  "edit",
  "error",
  "external",
  "eye",
  "eye-off",
  "file",
  "filter",
  "fingerprint",
  "globe",
  "groups",
  "home",
  "info",
  "key",
  "laptop",
  "link",
  "lock",
  "mail",
  "menu",
  "monitor",
  "moon",
  "more",
  "pause",
  "phone",
  "play",
  "plus",
  "qr-code",
  "refresh",
  "search",
  "settings",
  "shield",
  "shield-check",
  "sign-in",
  "sign-out",
  "star",
  "success",
  "sun",
  "trash",
  "upload",
  "user",
  "user-plus",
  "users",
  "warning",
  "weft",
  "x",
] as const;
export type IconName = (typeof iconNames)[number];

export interface IconProps {
  readonly name: IconName;
  /** `small` is 16 px, `medium` 20 px (the default), `large` 28 px. */
  readonly size?: "small" | "medium" | "large" | undefined;
  /** Said by screen readers. Leave it out when a text beside the icon says the same. */
  readonly label?: string | undefined;
}

/** A picture of a thing or an action; decoration unless it has a label. */
export function Icon({ name, size = "medium", label }: IconProps) {
  const spoken =
    label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  return (
    <svg class="icon" data-size={size} viewBox="0 0 24 24" focusable="false" {...spoken}>
      <use href={`${asset("icons.svg")}#${name}`}></use>
    </svg>
  );
}
