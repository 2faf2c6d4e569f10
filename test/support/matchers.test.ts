import { expect, test } from "bun:test";

const anything = () => ({ is: { name: "otter", at: new Date(0) }, list: [{ id: "a" }, "b"] });
const looked = {
  is: { name: expect.stringContaining("ott"), at: expect.any(Date) },
  list: [{ id: expect.any(String) }, expect.any(String)],
};

test("toMatchObject leaves what it was given as it was", () => {
  const shared = anything();
  expect(shared).toMatchObject(looked);
  expect(() => expect(shared).toMatchObject({ is: { name: expect.any(Number) } })).toThrow();
  expect(shared).toEqual(anything());
  expect(typeof shared.is.name).toBe("string");
});

test("toMatchObject still refuses what does not match, and says what", () => {
  const refused = () => expect(anything()).toMatchObject({ is: { name: expect.any(Number) } });
  expect(refused).toThrow('"otter"');
  expect(() => expect(anything()).toMatchObject({ list: [{ id: "a" }] })).toThrow();
  expect(() => expect(anything()).toMatchObject({ missing: expect.anything() })).toThrow();
  expect(() => expect(anything()).not.toMatchObject(looked)).toThrow();
  expect(anything()).not.toMatchObject({ is: { name: "beaver" } });
  expect(new TypeError("no")).toMatchObject({ message: expect.stringContaining("no") });
});
