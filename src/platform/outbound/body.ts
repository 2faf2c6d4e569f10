// Reads an answer under a limit that holds after decompression too, so that neither endless nor compressed floods fill the memory.
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from "node:zlib";

export class TooLarge extends Error {}
export class UnknownEncoding extends Error {
  readonly code = "UnexpectedEncoding";
}

type Inflate = (body: InputType, options: ZlibOptions) => Promise<Buffer>;
const decoders: Readonly<Record<string, Inflate>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The whole body, decoded. @throws {TooLarge} beyond `maxBytes` @throws {UnknownEncoding} */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const raw = await readBytes(response, maxBytes);
  const encoding = response.headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (encoding === "identity" || raw.byteLength === 0) return raw;
  const decode = decoders[encoding];
  if (!decode) throw new UnknownEncoding(`unexpected Content-Encoding "${encoding}"`);
  try {
    return await decode(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw new TooLarge();
    }
    throw new UnknownEncoding(`the body is not ${encoding}`, { cause: error });
  }
}

async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream, which closes the connection.
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
