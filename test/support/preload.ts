// Runs before every test file (bunfig.toml): what all of them may rely on.
import { setDefaultTimeout } from "bun:test";
import "./matchers.ts";

// A clone of the database, a browser or a password hash takes its time on two busy cores.
setDefaultTimeout(20_000);
// A zone with daylight saving and an odd offset from UTC, so that a date that leans on the machine's zone shows.
process.env.TZ = "Australia/Lord_Howe";
