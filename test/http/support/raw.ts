// HTTP by hand, over a socket: for what a well-behaved client never does, such as half a body or a header twice.
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Connection {
  write(text: string | Uint8Array): void;
  /** The next answer. @throws when the connection ends or nothing comes within `maxMs` */
  answer(maxMs?: number): Promise<RawAnswer>;
  /** Whether the other side has closed. */
  isClosed(): boolean;
  close(): void;
}

/** Opens a connection to a port of this machine. */
export async function openConnection(
  port: number,
  localAddress = "127.0.0.1",
): Promise<Connection> {
  let received = Buffer.alloc(0);
  let closed = false;
  const socket: Socket = connect({ port, host: "127.0.0.1", localAddress });
  const opened = Promise.withResolvers<void>();
  socket.on("connect", () => opened.resolve());
  socket.on("error", (error) => opened.reject(error));
  socket.on("close", () => void (closed = true));
  socket.on("data", (data: Buffer) => void (received = Buffer.concat([received, data])));
  await opened.promise;
  return {
    write: (text) => void socket.write(text),
    async answer(maxMs = 5_000) {
      const giveUpAt = performance.now() + maxMs;
      while (performance.now() < giveUpAt) {
        const parsed = parse(received);
        if (parsed) {
          received = received.subarray(parsed.length);
          return parsed.answer;
        }
        if (closed) throw new Error(`closed after ${JSON.stringify(received.toString())}`);
        await Bun.sleep(5);
      }
      throw new Error(`no answer within ${maxMs} ms`);
    },
    isClosed: () => closed,
    close: () => socket.destroy(),
  };
}

/** An answer with Content-Length or chunks, if it is there as a whole. */
function parse(received: Buffer): { answer: RawAnswer; length: number } | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const [first = "", ...lines] = received.subarray(0, headEnd).toString().split("\r\n");
  const status = Number(first.split(" ")[1]);
  const headers = new Headers();
  for (const line of lines)
    headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim());
  const start = headEnd + 4;
  if (headers.get("transfer-encoding") === "chunked") {
    const end = received.indexOf("0\r\n\r\n", start);
    if (end === -1) return null;
    const body = received.subarray(start, end).toString();
    return { answer: { status, headers, body }, length: end + 5 };
  }
  const length = start + Number(headers.get("content-length") ?? 0);
  if (received.length < length) return null;
  return { answer: { status, headers, body: received.subarray(start, length).toString() }, length };
}

/** The head of a request. */
export const head = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;

export const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
