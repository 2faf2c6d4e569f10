import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("storage", {
  unavailable: "Files cannot be stored or read at the moment. Try again in a few minutes",
  notFound: "There is no such file",
  damaged: "This file is not what was stored. Tell your administrator; a backup may still have it",
  tooLarge: "This file is larger than allowed",
  moved: "File moved to the other storage",

  probeFailed: (place: string, reason: string) => `files cannot be kept in ${place}: ${reason}`,
  localHint: "check that the folder exists and is writable, or set LOCAL_STORAGE_PATH",
  spacesHint: "check SPACES_ENDPOINT, SPACES_BUCKET, SPACES_REGION, SPACES_KEY and SPACES_SECRET",
  notWhatWasWritten: "what is read is not what was written",
  stillThere: "a deleted file is still there",
  timedOut: (seconds: number) => `no answer within ${seconds} s`,
  notConfigured: (kind: string) => `this file is kept in ${kind} storage, which is not configured`,
  changedMeanwhile: "it was changed or removed meanwhile",
  missing: "its contents are missing",
  differs: "its contents are not what was stored",
});
