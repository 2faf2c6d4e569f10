import { describe, expect, test } from "bun:test";
import {
  bitString,
  der,
  explicit,
  objectIdentifier,
  positiveInteger,
  sequence,
  tags,
  time,
} from "#protocols/saml/der.ts";

const hex = (bytes: Buffer) => bytes.toString("hex");

describe("DER", () => {
  test.each([
    ["a small integer", positiveInteger(Buffer.from([5])), "020105"],
    ["zero", positiveInteger(Buffer.from([0])), "020100"],
    [
      "an integer whose first bit would make it negative",
      positiveInteger(Buffer.from([0x80])),
      "02020080",
    ],
    ["an integer without its leading zeros", positiveInteger(Buffer.from([0, 0, 0x7f])), "02017f"],
    ["an object identifier", objectIdentifier("1.2.840.113549.1.1.11"), "06092a864886f70d01010b"],
    ["a bit string", bitString(Buffer.from([0xff])), "030200ff"],
    ["an explicit tag", explicit(3, Buffer.from([5, 0])), "a3020500"],
    ["a sequence", sequence(Buffer.from([1]), Buffer.from([2])), "30020102"],
    [
      "a time until 2049",
      time(new Date("2049-12-31T23:59:59.999Z")),
      `170d${hex(Buffer.from("491231235959Z"))}`,
    ],
    [
      "a time from 2050",
      time(new Date("2050-01-01T00:00:00Z")),
      `180f${hex(Buffer.from("20500101000000Z"))}`,
    ],
  ])("writes %s", (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });

  test("writes lengths in as many bytes as they need", () => {
    const header = (length: number) =>
      hex(der(tags.octetString, Buffer.alloc(length)).subarray(0, -length));
    expect([127, 128, 255, 256, 65_536].map(header)).toEqual([
      "047f",
      "048180",
      "0481ff",
      "04820100",
      "0483010000",
    ]);
  });
});
