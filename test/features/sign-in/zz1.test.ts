import { test } from "bun:test";
test("slow", async () => { await Bun.sleep(6000); });
