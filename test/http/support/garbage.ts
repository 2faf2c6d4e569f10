// What nobody should send: to the fields of a schema, and as whole bodies. None of it may be more than the caller's own fault.
import { z } from "zod";
import type { AnyRoute } from "#platform/http/route.ts";

/** A request's body or query that is out of order, with a name for the report. */
export interface Garbage {
  readonly what: string;
  readonly body: BodyInit | null;
  readonly type: string | undefined;
  readonly search?: string;
}

const long = "x".repeat(10_240);
const nul = "a\u0000b";
const loneSurrogate = "a\ud800b";

/** In place of one field of a form or a query. */
const texts: Readonly<Record<string, string>> = {
  nul,
  "nul alone": "\u0000",
  "10 KB": long,
  "10 KB of emoji": "🦦".repeat(2_560),
  "line breaks": "a\r\nSet-Cookie: b=c\r\n",
  "encoded nul": "%00",
  "a quote": "'; drop table app.users; --",
  markup: '"><script>alert(1)</script>',
  "like wildcards": "%_\\",
  "a backslash at the end": "a\\",
  negative: "-1",
  huge: "99999999999999999999",
  infinite: "1e999",
  "not a number": "NaN",
  "right to left": "\u202Eabc\u2066",
  empty: "",
  blank: "   ",
  "proto key": "__proto__",
};

/** Further ones in place of one member of a JSON document. */
const values: Readonly<Record<string, unknown>> = {
  nul,
  "10 KB": long,
  null: null,
  number: 1,
  fraction: 1.5,
  boolean: true,
  "empty list": [],
  "list of texts": ["a", "b"],
  "list of nuls": [nul],
  "list of null": [null],
  "5,000 texts": Array.from({ length: 5_000 }, (_, at) => `a${at}`),
  object: { a: { b: "c" } },
  "lone surrogate": loneSurrogate,
  "list of lone surrogates": [loneSurrogate],
};

/** The names of the fields that a route takes. */
export function fieldsOf(route: AnyRoute): string[] {
  if (route.kind === "endpoint" || !route.spec.input) return [];
  const schema = z.toJSONSchema(route.spec.input, { io: "input", unrepresentable: "any" });
  return Object.keys(schema.properties ?? {});
}

const encodedForm = "application/x-www-form-urlencoded";
const json = "application/json";

type Fields = Readonly<Record<string, unknown>>;

/** Each field of a sound form or document spoilt in turn. */
export function* spoilt(fields: readonly string[], sound: Fields): Generator<Garbage> {
  for (const field of fields) {
    for (const [name, value] of Object.entries(texts)) {
      const body = form({ ...sound, [field]: value });
      yield { what: `form ${field}: ${name}`, body, type: encodedForm };
    }
    const twice = `${form({ ...sound, [field]: "a" })}&${field}=b&${field}=%00`;
    yield { what: `form ${field}: three times`, body: twice, type: encodedForm };
    yield { what: `form ${field}: a file`, ...file(field, sound) };
    for (const [name, value] of Object.entries(values)) {
      const body = JSON.stringify({ ...sound, [field]: value });
      yield { what: `json ${field}: ${name}`, body, type: json };
    }
  }
}

function form(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(pairs).toString();
}

/** The type, with its boundary, is made by the request. */
function file(field: string, sound: Fields): Omit<Garbage, "what"> {
  const body = new FormData();
  for (const [name, value] of Object.entries(sound)) body.set(name, String(value));
  body.set(field, new File([nul], "a\u0000b.txt", { type: "text/plain" }));
  return { body, type: undefined };
}

const bodies: readonly [what: string, body: string | Uint8Array<ArrayBuffer>][] = [
  ["nothing", ""],
  ["null", "null"],
  ["a text", '"text"'],
  ["a number", "1"],
  ["a list", '[{"name":"a"}]'],
  ["half a document", '{"name":'],
  ["a document and more", '{"name":"a"}}'],
  ["proto", '{"__proto__":{"role":"super_admin"},"constructor":1}'],
  ["a deep list", "[".repeat(20_000)],
  ["a deep, closed list", `${"[".repeat(5_000)}${"]".repeat(5_000)}`],
  ["a byte order mark", '\ufeff{"name":"a"}'],
  ["broken UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d)],
  ["a broken escape", "name=%&role=%zz&=x&&&"],
  ["proto as a form", "__proto__=a&constructor=b&toString=c"],
  ["5,000 fields", Array.from({ length: 5_000 }, (_, at) => `f${at}=1`).join("&")],
];

const types: readonly (string | undefined)[] = [
  json,
  encodedForm,
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/jsonp",
  "multipart/form-data",
  "text/plain",
  "nonsense",
  undefined,
];

/** Bodies that are not what any route takes: each under the types that are read, one under every type. */
export function* wholeBodies(): Generator<Garbage> {
  for (const [at, [what, body]] of bodies.entries()) {
    for (const type of at === 0 || what === "a broken escape" ? types : types.slice(0, 3)) {
      yield { what: `${what} as ${type ?? "nothing"}`, body, type };
    }
  }
}

const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Cursors that we never gave, for lists of every kind of key. */
const cursors: Readonly<Record<string, string>> = {
  "not base64": "!!!",
  "not JSON": Buffer.from("{").toString("base64url"),
  "an empty key": cursor([]),
  "null key": cursor([null]),
  "nul key": cursor([nul]),
  "nul keys": cursor([nul, nul]),
  "surrogate key": cursor([loneSurrogate]),
  "nul and an id": cursor([nul, crypto.randomUUID()]),
  "three nuls": cursor([nul, nul, crypto.randomUUID()]),
  "an id": cursor([crypto.randomUUID()]),
  "a bad date": cursor(["9999999-99-99", crypto.randomUUID()]),
  "a date out of range": cursor(["294277-01-01T00:00:00Z", crypto.randomUUID()]),
  object: cursor({ a: 1 }),
};

/** Each field of a query spoilt in turn, once and twice. */
export function* queries(fields: readonly string[]): Generator<Garbage> {
  for (const field of fields) {
    const all = field === "cursor" ? { ...texts, ...cursors } : texts;
    for (const [name, text] of Object.entries(all)) {
      const query = new URLSearchParams([[field, text]]).toString();
      const what = `${field}: ${name}`;
      yield { what, body: null, type: undefined, search: `?${query}` };
      yield { what: `${what}, twice`, body: null, type: undefined, search: `?${query}&${query}` };
    }
  }
}

/** In place of an id in a path. */
export const ids: readonly string[] = [
  "not-an-id",
  "1",
  "%00",
  "a%00b",
  "%E0%A4%A",
  "%",
  "..%2f..%2fetc%2fpasswd",
  "%20",
  "'%20or%20''='",
  "00000000-0000-0000-0000-00000000000",
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "{00000000-0000-4000-8000-000000000000}",
  "0".repeat(10_240),
  "%F0%9F%A6%A6",
  "__proto__",
];
