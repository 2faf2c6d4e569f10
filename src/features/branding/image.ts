// An uploaded picture made ours: decoded and encoded anew, so that nothing but pixels is left of what somebody sent.
import { invalidInput } from "#platform/http/input.ts";
import { logoMaxBytes } from "./schema.ts";
import { texts } from "./texts.ts";

export interface LogoPictures {
  /** PNG, at most 512 × 512. */
  readonly page: Buffer;
  /** PNG, at most 240 × 96. */
  readonly mail: Buffer;
}

const pageBox = 512;
const mailBox = { width: 240, height: 96 };
/** Decoded before they are known to be harmless: bounds what a bomb of a few KiB may take in memory. */
const maxPixels = 4096 * 4096;
const shortestSide = 32;
const longestRatio = 8;

/** @throws {invalidInput} for `logo`, with a sentence for each way in which a file is no logo */
export async function toLogo(bytes: Buffer): Promise<LogoPictures> {
  if (bytes.length > logoMaxBytes) throw refused(texts.tooLarge);
  if (isMarkup(bytes)) throw refused(texts.svg);
  const { width, height, format } = await decoding(() => picture(bytes).metadata());
  if (!["png", "jpeg", "webp"].includes(format)) throw refused(texts.notAPicture);
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (short < shortestSide) throw refused(texts.tooSmall);
  if (long > short * longestRatio) throw refused(texts.tooLong);
  const page = await decoding(() => within(bytes, pageBox, pageBox));
  return { page, mail: await within(page, mailBox.width, mailBox.height) };
}

/** Width and height of a PNG of ours, in pixels (PNG §11.2.1). */
export const sizeOfPng = (png: Buffer): { width: number; height: number } => ({
  width: png.readUInt32BE(16),
  height: png.readUInt32BE(20),
});

const picture = (bytes: Buffer) => new Bun.Image(bytes, { maxPixels });

const within = (bytes: Buffer, width: number, height: number): Promise<Buffer> =>
  picture(bytes)
    .resize(width, height, { fit: "inside", withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .buffer();

/** SVG and HTML, in any encoding that a browser would take for them: for the sake of a sentence, since none is decoded anyway. */
const isMarkup = (bytes: Buffer): boolean =>
  /^[\s\uFEFF\0]*<|<svg/i.test(bytes.subarray(0, 1024).toString("utf8").replaceAll("\0", ""));

async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    switch (code) {
      case "ERR_IMAGE_UNKNOWN_FORMAT":
      case "ERR_IMAGE_FORMAT_UNSUPPORTED":
        throw refused(texts.notAPicture, error);
      case "ERR_IMAGE_TOO_MANY_PIXELS":
        throw refused(texts.tooManyPixels, error);
      case "ERR_IMAGE_DECODE_FAILED":
        throw refused(texts.damaged, error);
      default:
        throw error;
    }
  }
}

const refused = (sentence: string, cause?: unknown) =>
  invalidInput({ errors: { logo: sentence } }, cause);
