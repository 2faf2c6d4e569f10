// What a log line holds, and what never reaches one.
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { createLogger, maskEmail, maskEmails } from "#platform/log.ts";

function listen(level: "debug" | "info" = "info") {
  const lines: string[] = [];
  const log = createLogger({ level }, { write: (line) => void lines.push(line) });
  const last = () => z.record(z.string(), z.unknown()).parse(JSON.parse(lines.at(-1) ?? "null"));
  return { log, lines, last };
}

describe("a line", () => {
  test("is one JSON object with level, ISO time, fields and what happened", () => {
    const { log, lines, last } = listen();
    log.child({ requestId: "r1", tenant: "acme" }).info({ status: 200 }, "request finished");
    expect(lines[0]).toEndWith("}\n");
    expect(last()).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestId: "r1",
      tenant: "acme",
      status: 200,
      msg: "request finished",
    });
  });

  test("below the level is not written", () => {
    const { log, lines } = listen();
    log.debug({}, "cache asked");
    expect(lines).toEqual([]);
  });

  test("keeps numbers and flags whatever they are called", () => {
    const { log, last } = listen();
    log.info({ tokens: 3, hasPassword: true }, "x");
    expect(last()).toMatchObject({ tokens: 3, hasPassword: true });
  });
});

describe("secrets", () => {
  for (const name of [
    "password",
    "newPassword",
    "clientSecret",
    "token",
    "Set-Cookie",
    "authorization",
    "apiKey",
    "sealed",
    "SAMLResponse",
  ]) {
    test(`hides ${name} at any depth`, () => {
      const { log, lines } = listen();
      log.info({ [name]: "hunter2", a: { b: [{ [name]: "hunter2" }] } }, "x");
      log.child({ [name]: "hunter2" }).info("x");
      expect(lines.join("")).not.toContain("hunter2");
      expect(lines.join("")).toContain("[hidden]");
    });
  }

  test("keeps of an error its type, message, code, stack and cause, and nothing it carries", () => {
    const { log, last } = listen();
    const cause = Object.assign(new Error("reset"), {
      code: "ECONNRESET",
      request: { header: "hunter2" },
    });
    const error = Object.assign(new TypeError("sending failed", { cause }), {
      config: { auth: "hunter2" },
    });
    log.error({ err: error }, "mail failed");
    expect(JSON.stringify(last())).not.toContain("hunter2");
    expect(last()["err"]).toMatchObject({
      type: "TypeError",
      message: "sending failed",
      cause: { type: "Error", message: "reset", code: "ECONNRESET" },
    });
    log.error(error, "mail failed");
    expect(last()["err"]).toMatchObject({ type: "TypeError" });
    expect(JSON.stringify(last())).not.toContain("hunter2");
  });

  test("writes no bytes, and stops at a cycle", () => {
    const { log, last } = listen();
    const loop: Record<string, unknown> = { bytes: Buffer.from("hunter2") };
    loop["self"] = loop;
    log.info(loop, "x");
    expect(last()["bytes"]).toBe("[7 bytes]");
    expect(JSON.stringify(last())).toContain("[deeper]");
  });
});

describe("e-mail addresses", () => {
  test("are masked to their first letter and domain", () => {
    expect(maskEmail("jane@acme.com")).toBe("j***@acme.com");
    expect(maskEmail("ärztin.müller@acme.com")).toBe("ä***@acme.com");
    expect(maskEmail('"a@b"@acme.com')).toBe('"***@acme.com');
    expect(maskEmails("to <jane@acme.com>, o'brien+x@b.example: no")).toBe(
      "to <j***@acme.com>, o***@b.example: no",
    );
  });

  test("are masked in messages, errors and nested fields, and the line stays JSON", () => {
    const { log, lines, last } = listen();
    const texts = [
      "\njane@acme.com",
      "\u0001jane@acme.com",
      "\\jane@acme.com",
      "\\u0041jane@acme.com",
      '"jane@acme.com"',
      "Key (email)=(jane@acme.com)",
    ];
    for (const text of texts) {
      log.error({ err: new Error(text), to: { list: [text] } }, text);
      expect(last()["msg"]).toContain("***@acme.com");
    }
    expect(lines.join("")).not.toContain("ane@acme.com");
  });
});
