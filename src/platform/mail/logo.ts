// The tenant's picture in a message: a part of the message itself (RFC 2392), since mail programs load nothing from elsewhere before
// a person allows it. It joins at delivery, so that a queued message neither carries it around nor shows a former one.
import type { TenantScope } from "../db/database.ts";
import type { OutgoingMail } from "./message.ts";

/** A picture in the mail itself: `<img src="cid:…">` names it. */
export interface InlinePicture {
  readonly cid: string;
  readonly fileName: string;
  readonly mediaType: "image/png";
  readonly content: Buffer;
}

export interface MailLogo {
  /** A PNG of a few KiB. */
  readonly png: Buffer;
  /** In pixels, as it is shown. */
  readonly width: number;
  readonly height: number;
}

/** The logo that a tenant's messages carry now; null: none. */
export type FindMailLogo = (tenant: TenantScope) => Promise<MailLogo | null>;

/** Where the layout leaves room for it. No text of a message can say this: text is escaped. */
export const logoPlace = "<!--logo-->";

const cid = "logo";

/** The message with its logo, or with nothing in its place. The text version stays as it is. */
export function withLogo<M extends Pick<OutgoingMail, "html">>(
  mail: M,
  logo: MailLogo | null,
): M & Pick<OutgoingMail, "pictures"> {
  const [before = "", after] = mail.html.split(logoPlace, 2);
  if (after === undefined) return mail;
  if (!logo) return { ...mail, html: before + after };
  const { width, height, png: content } = logo;
  const style = `display: block; margin: 0 0 16px; width: ${width}px; max-width: 100%; height: auto; border: 0`;
  const image = `<img class="logo" src="cid:${cid}" width="${width}" height="${height}" alt="" style="${style}">`;
  return {
    ...mail,
    html: before + image + after,
    pictures: [{ cid, fileName: "logo.png", mediaType: "image/png", content }],
  };
}
