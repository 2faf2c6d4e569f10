#!/usr/bin/env bun
// The operator's command. Each verb is one file under commands/, loaded when it is called.
import { runMain } from "citty";
import { buildName } from "#src/config.ts";
import { nounCommand } from "./_strict.ts";

const verbs = {
  start: () => import("./commands/start.ts").then((m) => m.command),
  serve: () => import("./commands/serve.ts").then((m) => m.command),
  worker: () => import("./commands/worker.ts").then((m) => m.command),
  migrate: () => import("./commands/migrate.ts").then((m) => m.command),
  provision: () => import("./commands/provision.ts").then((m) => m.command),
  tenant: () => import("./commands/tenant.ts").then((m) => m.command),
  user: () => import("./commands/user.ts").then((m) => m.command),
  domain: () => import("./commands/domain.ts").then((m) => m.command),
  session: () => import("./commands/session.ts").then((m) => m.command),
  "api-client": () => import("./commands/api-client.ts").then((m) => m.command),
  job: () => import("./commands/job.ts").then((m) => m.command),
  mail: () => import("./commands/mail.ts").then((m) => m.command),
  storage: () => import("./commands/storage.ts").then((m) => m.command),
  passwords: () => import("./commands/passwords.ts").then((m) => m.command),
  backup: () => import("./commands/backup.ts").then((m) => m.command),
  restore: () => import("./commands/restore.ts").then((m) => m.command),
  "restore-drill": () => import("./commands/restore-drill.ts").then((m) => m.command),
  upgrade: () => import("./commands/upgrade.ts").then((m) => m.command),
  "rotate-key": () => import("./commands/rotate-key.ts").then((m) => m.command),
  "verify-email": () => import("./commands/verify-email.ts").then((m) => m.command),
  doctor: () => import("./commands/doctor.ts").then((m) => m.command),
  health: () => import("./commands/health.ts").then((m) => m.command),
};
const root = nounCommand("weft", "WeftID: identity provider and federation layer", verbs, {
  version: buildName(),
});

await runMain(root);
