// A tenant's accent colour, made readable: WCAG 2.2 §1.4.3 and §1.4.11 hold for any colour a tenant chooses, in both themes.
import { assetBase } from "./assets.ts";

type Rgb = readonly [number, number, number];

// The surfaces of app.css on which text in the accent colour stands, in its least favourable shade.
const lightestGround: Rgb = [236, 240, 242];
const darkestGround: Rgb = [38, 43, 48];
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
const textContrast = 4.6;
const shapeContrast = 3;

function parse(hex: string): Rgb | null {
  const digits = /^#?([0-9a-f]{6})$/i.exec(hex)?.[1];
  if (digits === undefined) return null;
  const channel = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
}

function print(rgb: Rgb): string {
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance, 0 to 1 (WCAG 2.2, definition). */
function luminance(rgb: Rgb): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const [red, green, blue] = rgb;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition). */
export function contrast(one: Rgb, other: Rgb): number {
  const [first, second] = [luminance(one), luminance(other)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (at: 0 | 1 | 2) => from[at] + (to[at] - from[at]) * share;
  return [channel(0), channel(1), channel(2)];
}

/** The colour nearest to `rgb` on the way to `end` that stands out from `ground` by at least `ratio`. */
function readable(rgb: Rgb, ground: Rgb, end: Rgb, ratio: number): Rgb {
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(rgb, end, share);
    if (contrast(candidate, ground) >= ratio) return candidate;
  }
  return end;
}

/** The fill of a button that stands out from `ground`, and what to write on it. */
function fillOn(rgb: Rgb, ground: Rgb, end: Rgb): { fill: Rgb; on: Rgb } {
  const visible = readable(rgb, ground, end, shapeContrast);
  // A fill that is nearly dark enough for white is darkened to it; a lighter one is written on in black.
  const fill =
    contrast(visible, white) >= shapeContrast
      ? readable(visible, white, black, textContrast)
      : visible;
  return { fill, on: contrast(fill, white) >= textContrast ? white : black };
}

/** The address of the stylesheet for an accent colour, or null for a value that is not a colour. */
export function accentAddress(accent: string | undefined): string | null {
  const rgb = accent === undefined ? null : parse(accent);
  return rgb === null ? null : `${assetBase}/accent/${print(rgb).slice(1)}.css`;
}

/** The same for the one element of a page that shows what a colour would look like (class `accent-preview`). */
export const accentPreviewAddress = (accent: string): string | null =>
  accentAddress(accent)?.replace("/accent/", "/accent/preview-") ?? null;

/** What becomes of an accent colour in one of the two looks; each as `#rrggbb`. */
export interface AccentShades {
  readonly fill: string;
  /** What is written on the fill. */
  readonly on: string;
  /** The colour of links. */
  readonly text: string;
}

export interface Accent {
  readonly given: string;
  /** Of white on the colour as it was given, 1 to 21. */
  readonly contrastWithWhite: number;
  readonly light: AccentShades;
  readonly dark: AccentShades;
}

/** An accent colour and the shades that keep it readable in both looks; null when `hex` is not six hexadecimal digits. */
export function accentOf(hex: string): Accent | null {
  const rgb = parse(hex);
  if (rgb === null) return null;
  const shades = (ground: Rgb, end: Rgb): AccentShades => {
    const { fill, on } = fillOn(rgb, ground, end);
    return {
      fill: print(fill),
      on: print(on),
      text: print(readable(rgb, ground, end, textContrast)),
    };
  };
  return {
    given: print(rgb),
    contrastWithWhite: contrast(rgb, white),
    light: shades(lightestGround, black),
    dark: shades(darkestGround, white),
  };
}

/**
 * The stylesheet that gives a page an accent colour, or null when `hex` is not six hexadecimal digits.
 * A pure function of the colour: may be public and kept forever. A file instead of a style attribute, because the
 * content security policy allows no inline style.
 */
export function accentStylesheet(hex: string, selector = ":root"): string | null {
  const accent = accentOf(hex);
  if (accent === null) return null;
  const { light, dark } = accent;
  return [
    "@layer tokens {",
    `  ${selector} {`,
    `    --accent: light-dark(${light.fill}, ${dark.fill});`,
    `    --on-accent: light-dark(${light.on}, ${dark.on});`,
    `    --accent-text: light-dark(${light.text}, ${dark.text});`,
    "  }",
    "}",
    "",
  ].join("\n");
}
