// What the local start says when it cannot go on. Each is one line, printed after `weft: `, hence no capital.

import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("local", {
  alreadyRunning: (processId: string) =>
    `another WeftID is running from this folder (process ${processId})`,
  cannotLock: (file: string, processId: string) =>
    `cannot lock ${file}: process ${processId} is not on this machine, or the folder is on a file system without locks. Set WEFT_HOME to a folder on a local disk`,

  unsupportedPlatform: (platform: string) =>
    `there is no embedded PostgreSQL for ${platform}: run WeftID with deploy/docker-compose.yml instead`,
  noGlibc: (loader: string) =>
    `the embedded PostgreSQL needs glibc (${loader}), which this system does not have: run WeftID with deploy/docker-compose.yml instead`,
  packageMissing: (name: string) =>
    `the package ${name} is not installed: run bun install without leaving out optional packages`,
  cannotRun: (folder: string, reason: string) =>
    `the embedded PostgreSQL cannot run in ${folder}: ${reason}`,
  cannotRunAsRoot: (folder: string, reason: string) =>
    `PostgreSQL refuses to run as root, and no other user could run it in ${folder} (${reason}): start WeftID as an ordinary user`,

  versionMismatch: (folder: string, found: string, expected: string) =>
    `${folder} holds data of PostgreSQL ${found}, and this WeftID runs PostgreSQL ${expected}: set WEFT_HOME to a new folder, or go back to the WeftID that made it`,
  notADatabase: (folder: string) =>
    `${folder} is not a database folder made by WeftID: move it away, or set WEFT_HOME to another folder`,
  passwordMissing: (file: string) => `${file} is missing: put it back from a copy`,
  creationFailed: (reason: string) => `the database could not be created: ${reason}`,
  creationTimedOut: (seconds: number) => `creating the database took more than ${seconds} seconds`,

  portTaken: (port: number) =>
    `port ${port} on 127.0.0.1 is taken: choose another port for the database`,
  startFailed: (reason: string, log: string) => `PostgreSQL did not start: ${reason} (see ${log})`,
  startTimedOut: (seconds: number, log: string) =>
    `PostgreSQL was not ready after ${seconds} seconds (see ${log})`,
  leftoverStays: (processId: number, folder: string) =>
    `process ${processId}, a PostgreSQL left over in ${folder}, does not end: stop it, then start again`,

  homeUnusable: (folder: string, reason: string) =>
    `cannot use ${folder} for local data: ${reason}. Set WEFT_HOME to a folder of your own`,
  secretsDamaged: (file: string) =>
    `${file} is damaged: put it back from a copy. Without it the stored data cannot be read`,
  secretsMissing: (file: string, dataDir: string) =>
    `${file} is missing although ${dataDir} exists: put it back from a copy, or move ${dataDir} away to start anew`,
});
