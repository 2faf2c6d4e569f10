// The picture an authenticator app scans, drawn here: the secret goes to no third party.
import { toString as drawQr } from "qrcode";

/** SVG of a QR code: dark on white in both themes, because scanners want it so. */
export const qrSvg = (text: string): Promise<string> =>
  drawQr(text, { type: "svg", errorCorrectionLevel: "M", margin: 2, width: 220 });
