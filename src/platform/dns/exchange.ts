// One question to one name server: by UDP, and by TCP when the answer did not fit (RFC 1035 §4.2, RFC 7766).
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { decode, type DecodedPacket, encode, type Packet, RECURSION_DESIRED } from "dns-packet";
import type { NameServer } from "./servers.ts";

export type RecordType = "A" | "AAAA" | "CNAME" | "MX" | "TXT";

/** A decoded answer; the types of dns-packet leave out what it makes of the flags. */
export type DnsAnswer = DecodedPacket & { readonly rcode?: string; readonly opcode?: string };

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** What both ends of the internet carry without fragments (RFC 9715). */
const udpPayloadBytes = 1232;
const tcpMaxBytes = 65_535;

/** No answer that belongs to the question came in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * The server's answer to the question.
 * @throws {NoAnswer} when the time is over @throws the system's error (`ECONNREFUSED`) when the server cannot be reached
 */
export async function exchange(
  server: NameServer,
  question: Question,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const deadline = performance.now() + timeoutMs;
  const answer = await askByUdp(server, question, timeoutMs);
  if (!answer.flag_tc) return answer;
  return await askByTcp(server, question, Math.max(1, deadline - performance.now()));
}

const edns = {
  type: "OPT",
  name: ".",
  udpPayloadSize: udpPayloadBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as const;

const packetOf = ({ name, type }: Question, id: number): Packet => ({
  type: "query",
  id,
  flags: RECURSION_DESIRED,
  questions: [{ name, type, class: "IN" }],
  additionals: [{ ...edns, options: [] }],
});

/**
 * The answer in these bytes, when it is one to this question. Whoever can send us packets but cannot read ours has to guess the
 * id and the port; one that does not fit is not the end of waiting, or a forger could silence the real answer (RFC 5452 §9.1).
 */
export function answerIn(bytes: Buffer, question: Question, id: number): DnsAnswer | null {
  let packet: DnsAnswer;
  try {
    packet = decode(bytes);
  } catch {
    return null; // not DNS: as good as nothing
  }
  const [asked, ...others] = packet.questions ?? [];
  const isOurs =
    packet.type === "response" &&
    packet.id === id &&
    packet.opcode === "QUERY" &&
    others.length === 0 &&
    asked?.name.toLowerCase() === question.name.toLowerCase() &&
    asked.type === question.type &&
    (asked.class ?? "IN") === "IN";
  return isOurs ? packet : null;
}

/** A new socket for each question: the system picks a port that nobody can foresee. */
function askByUdp(
  { address, port }: NameServer,
  question: Question,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const id = randomInt(0x1_0000);
  const bytes = encode(packetOf(question, id));
  const socket = createSocket(isIPv6(address.replace(/%.*$/, "")) ? "udp6" : "udp4");
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>();
  const timer = setTimeout(() => reject(new NoAnswer()), timeoutMs);
  socket.on("error", reject);
  socket.on("message", (message, from) => {
    if (from.port !== port) return;
    const answer = answerIn(message, question, id);
    if (answer) resolve(answer);
  });
  // Connected: the system drops what comes from anybody else, and tells us when nobody listens there.
  socket.connect(port, address, () => socket.send(bytes));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function askByTcp(
  { address, port }: NameServer,
  question: Question,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const id = randomInt(0x1_0000);
  const bytes = encode(packetOf(question, id));
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>();
  const timer = setTimeout(() => reject(new NoAnswer()), timeoutMs);
  const socket = connect({ host: address, port });
  let received = Buffer.alloc(0);
  socket.on("connect", () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
  });
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) return;
    const length = received.readUInt16BE(0);
    if (received.length - 2 < length && received.length <= tcpMaxBytes + 2) return;
    const answer = answerIn(received.subarray(2, 2 + length), question, id);
    if (answer) resolve(answer);
    else reject(new NoAnswer());
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new NoAnswer()));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
