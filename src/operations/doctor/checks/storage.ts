// Can files be kept? One is written, read and removed where new files go.
import { StorageProbeError } from "#platform/storage/errors.ts";
import { type Check, fail, ok } from "../check.ts";
import { weftLine } from "../lines.ts";
import { texts } from "../texts.ts";

export const storage: Check = {
  name: "storage",
  title: "Storage of files",
  settings: ["STORAGE_", "SPACES_"],
  async run({ services }) {
    const { current } = services.storage;
    try {
      await services.storage.probe();
      return ok(texts.storageWorks(current.place));
    } catch (error) {
      if (error instanceof StorageProbeError)
        return fail(error.message, weftLine("storage status"));
      throw error;
    }
  },
};
