// What an operator reads about lists of breached passwords.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("breaches", {
  notALine: (line: number) =>
    `line ${line} is not SHA1:COUNT: give the list of SHA-1 hashes, as the downloader of Have I Been Pwned writes it`,
  outOfOrder: (line: number) =>
    `line ${line} comes before the line above it: sort the list first (LC_ALL=C sort FILE | weft passwords import-breaches)`,
  tooMany: "the list has more entries than a filter can hold (4,294,967,295)",
  empty: "the list is empty: nothing was changed",
});
