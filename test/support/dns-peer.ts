// A name server on this machine, over UDP and TCP, with the zone that a test gives it.
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import type { NameServer } from "#platform/dns/servers.ts";

/** Records by name, then by type. TXT: one string, or an array of the strings of one record. MX: `"10 mail.example.com"`. */
export type Zone = Readonly<
  Record<string, Readonly<Record<string, readonly (string | string[])[]>>>
>;

/** How the server behaves at a name, instead of answering. */
export type Manner =
  /** Says nothing. */
  | "silent"
  /** An error of its own. */
  | "servfail"
  /** By UDP says that it did not fit, by TCP says all. */
  | "truncated"
  /** Before each answer sends three that are no answer to the question. */
  | "spoofed"
  /** Drops the first question and answers the second. */
  | "once-silent";

export interface DnsPeer extends AsyncDisposable {
  readonly server: NameServer;
  /** Questions so far, as `udp TXT example.com`. */
  readonly asked: string[];
  /** Replaces the zone. */
  publish(zone: Zone): void;
}

export async function dnsPeer(
  first: Zone,
  manners: Readonly<Record<string, Manner>> = {},
): Promise<DnsPeer> {
  let zone = first;
  const asked: string[] = [];
  const udp = createSocket("udp4");
  // TCP finds the port: on a busy machine it has many more of them taken than UDP has.
  const tcp = createServer();
  await new Promise<void>((listening) => tcp.listen(0, "127.0.0.1", listening));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((bound) => udp.bind(port, "127.0.0.1", bound));
  const ask = (bytes: Buffer, by: "udp" | "tcp") => {
    const query = decode(bytes);
    const [question] = query.questions ?? [];
    const name = question?.name.toLowerCase() ?? "";
    asked.push(`${by} ${question?.type} ${name}`);
    const manner = manners[name];
    const times = asked.filter((one) => one.endsWith(` ${question?.type} ${name}`)).length;
    if (manner === "silent" || (manner === "once-silent" && times === 1)) return [];
    const base: Packet = { type: "response", id: query.id ?? 0, questions: query.questions ?? [] };
    if (manner === "servfail") return [{ ...base, flags: 2 }];
    if (manner === "truncated" && by === "udp") return [{ ...base, flags: TRUNCATED_RESPONSE }];
    const answers = answersOf(zone, name, question?.type ?? "");
    const flags = AUTHORITATIVE_ANSWER | (answers === null ? 3 : 0);
    const real: Packet = { ...base, flags, answers: answers ?? [] };
    return manner === "spoofed" ? [...forgeries(real), real] : [real];
  };
  udp.on("message", (bytes, from) => {
    for (const packet of ask(bytes, "udp")) udp.send(encode(packet), from.port, from.address);
  });
  const sockets = new Set<Socket>();
  tcp.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      for (const packet of ask(chunk.subarray(2), "tcp")) {
        const bytes = encode(packet);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(bytes.length);
        // In two pieces, as a network may deliver it.
        socket.write(Buffer.concat([length, bytes.subarray(0, 5)]));
        setTimeout(() => socket.write(bytes.subarray(5)), 10);
      }
    });
  });
  return {
    server: { address: "127.0.0.1", port },
    asked,
    publish: (next) => {
      zone = next;
    },
    async [Symbol.asyncDispose]() {
      udp.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => tcp.close(() => closed()));
    },
  };
}

/** Null: no such name. An alias is answered with the records it leads to, as a resolver does; `*.` stands for one label. */
function answersOf(zone: Zone, name: string, type: string): Answer[] | null {
  const answers: Answer[] = [];
  let at = name;
  for (let hops = 0; hops < 20; hops += 1) {
    const entry = zone[at] ?? zone[at.replace(/^[^.]+/, "*")];
    if (!entry) return answers.length > 0 ? answers : isAncestor(zone, at) ? [] : null;
    const alias = entry["CNAME"]?.[0];
    if (typeof alias !== "string" || type === "CNAME") {
      return [...answers, ...(entry[type] ?? []).map((data) => recordOf(at, type, data))];
    }
    answers.push({ type: "CNAME", name: at, ttl: 60, data: alias });
    at = alias;
  }
  return answers;
}

/** A name above one that exists, exists. */
const isAncestor = (zone: Zone, name: string): boolean =>
  Object.keys(zone).some((other) => other.endsWith(`.${name}`));

function recordOf(name: string, type: string, data: string | string[]): Answer {
  const base = { name, ttl: 60 };
  if (type === "TXT") {
    // A string holds 255 bytes.
    const strings = typeof data === "string" ? (data.match(/.{1,255}/gs) ?? [""]) : data;
    return { ...base, type: "TXT", data: strings };
  }
  const text = String(data);
  if (type === "MX") {
    const [preference = "0", exchange = ""] = text.split(" ");
    return { ...base, type: "MX", data: { preference: Number(preference), exchange } };
  }
  return { ...base, type: type === "AAAA" ? "AAAA" : "A", data: text };
}

/** Another id, another question, and no DNS at all. */
function forgeries(real: Packet): Packet[] {
  const lie: Answer[] = [{ type: "TXT", name: real.questions?.[0]?.name ?? "", data: "forged" }];
  return [
    { ...real, id: ((real.id ?? 0) + 1) & 0xffff, answers: lie },
    { ...real, questions: [{ type: "TXT", name: "elsewhere.example" }], answers: lie },
    { ...real, type: "query", answers: lie },
  ];
}
