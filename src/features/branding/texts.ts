// What people read about the looks of their organisation.
import { defineTexts } from "#platform/texts.ts";

const ratio = (value: number) => (Math.floor(value * 10) / 10).toFixed(1);

export const texts = defineTexts("branding", {
  title: "Branding",
  description: "Your logo and colour on every page, on the sign-in page and in messages.",

  logo: "Logo",
  logoHint: "People see it where they sign in, above the navigation and in messages.",
  logoFile: "New logo",
  logoFileHint:
    "PNG, JPEG or WebP, at most 512 KiB. Best on a transparent ground; on dark pages it stands on a light plate",
  removeLogo: "Remove the present logo",
  noLogo: "No logo yet: the first letter of your name is shown.",
  logoNow: (name: string) => `Present logo of ${name}`,

  colour: "Colour",
  colourHint: "Buttons, links and the marks of what is chosen.",
  accentKind: "Colour of buttons and links",
  standard: "Standard",
  own: "Your own",
  accent: "Your colour",
  accentShape: "Enter a colour as # and six hexadecimal digits, such as #0f766e",
  accentMissing: "Choose a colour, or the standard one",

  preview: "Preview",
  previewLight: "Light look",
  previewDark: "Dark look",
  previewButton: "Sign in",
  previewLink: "Forgotten your password?",
  readable: (value: number) =>
    `White text on this colour is easy to read: its contrast is ${ratio(value)} : 1, and 4.5 : 1 is needed.`,
  adjusted: (value: number) =>
    `White text on this colour has a contrast of ${ratio(value)} : 1; 4.5 : 1 is needed to read it easily (WCAG 2.2 AA). It is adjusted:`,
  adjustedForGround: "This colour is adjusted where it would be hard to see:",
  shade: (look: string, fill: string, on: string) => `${look}: ${on} text on ${fill}`,
  white: "white",
  black: "black",

  save: "Save branding",
  saved: "Branding saved",
  reset: "Back to standard",
  resetTitle: "Remove logo and colour?",
  resetText: "Pages and messages look like WeftID’s own again, for everybody and at once.",
  resetDone: "Pages look like WeftID’s own again",
  cancel: "Cancel",

  tooLarge: "This file is larger than 512 KiB: save it smaller, for example 512 pixels wide",
  svg: "SVG files can carry programs and are not accepted: save the logo as PNG",
  notAPicture: "This is not a PNG, JPEG or WebP picture",
  damaged: "This picture is damaged or not complete: save it again",
  tooManyPixels: "This picture has too many pixels: at most 4096 × 4096 are read",
  tooSmall: "This picture is too small: it needs at least 32 pixels in width and height",
  tooLong: "This picture is too long and narrow: one side may be at most eight times the other",
  notBase64: "Send the picture as base64 text",
  nothing: "Say what to change: accent, logo or removeLogo",
  logoNotFound: "There is no such logo",

  accentChanged: "Colour changed",
  logoChanged: "Logo changed",
  logoRemoved: "Logo removed",
});
