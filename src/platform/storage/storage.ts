// Where the contents of files are: two backends under one interface. Rows (files.ts) say which of them has a file.
import { randomBytes, randomUUID } from "node:crypto";
import type { TenantId } from "#src/ids.ts";
import { insideTransaction } from "../db/database.ts";
import type { Logger } from "../log.ts";
import { localBackend } from "./backends/local.ts";
import { spacesBackend, type SpacesSettings } from "./backends/spaces.ts";
import { bytesOf } from "./content.ts";
import { reasonOf, StorageProbeError, storageUnavailable } from "./errors.ts";
import { texts } from "./texts.ts";

export type BackendKind = "local" | "spaces";

export interface StorageSettings {
  /** Where new files go. */
  readonly backend: BackendKind;
  readonly local: { readonly folder: string };
  /** Null: not configured. */
  readonly spaces: SpacesSettings | null;
}

/** Bytes, piece by piece. */
export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Objects by key. What is there under a key is whole: a write that fails or is killed leaves nothing that `get` answers. */
export interface Backend {
  readonly kind: BackendKind;
  /** For operators: a folder, or an endpoint with its bucket. */
  readonly place: string;
  put(key: string, content: Content): Promise<void>;
  /** Null when there is no such object. */
  get(key: string): Promise<Content | null>;
  /** Also removes what an interrupted write left. No error when there is nothing. */
  delete(key: string): Promise<void>;
}

export interface Storage {
  /** Where new files go. */
  readonly current: Backend;
  /** The backend that a row names. @throws {storageUnavailable} when it is not configured */
  backend(kind: BackendKind): Backend;
  /** Writes, reads and deletes an object of the current backend. @throws {StorageProbeError} with the one line to read */
  probe(): Promise<void>;
}

/** Opens nothing: the first use does. */
export function createStorage(settings: StorageSettings): Storage {
  const backends: Partial<Record<BackendKind, Backend>> = {
    local: outsideTransactions(localBackend(settings.local.folder)),
    ...(settings.spaces ? { spaces: outsideTransactions(spacesBackend(settings.spaces)) } : {}),
  };
  const backend = (kind: BackendKind): Backend => {
    const found = backends[kind];
    if (!found) throw storageUnavailable({}, new Error(texts.notConfigured(kind)));
    return found;
  };
  const current = backend(settings.backend);
  return { current, backend, probe: () => probe(current) };
}

/**
 * The probe of a process that starts. A full disk is logged and does not stop it: nobody is to be shut out because there is no space for
 * another logo. @throws {StorageProbeError} when files cannot be kept for any other reason
 */
export async function probeAtStart(storage: Storage, log: Logger): Promise<void> {
  try {
    await storage.probe();
  } catch (error) {
    if (!(error instanceof StorageProbeError && error.isFull)) throw error;
    log.error({ reason: error.message }, "storage_full");
  }
}

/** A new object's key: the tenant, so that one folder is one tenant's, and chance. Nothing that anybody typed. */
export const newKey = (tenantId: TenantId): string => `${tenantId}/${randomUUID()}`;

const keyShape =
  /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|probe)\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Stops a key that could lead elsewhere, whoever wrote it into a row. */
function checkedKey(key: string): string {
  if (!keyShape.test(key)) throw new Error(`unexpected key of a stored file: ${key.slice(0, 80)}`);
  return key;
}

/** A connection to the database must not wait for a disk or for another server. */
function outsideTransactions(backend: Backend): Backend {
  const checked = (key: string) => {
    if (insideTransaction()) throw new Error("a file was stored or read inside a transaction");
    return checkedKey(key);
  };
  return {
    ...backend,
    put: async (key, content) => backend.put(checked(key), content),
    get: async (key) => backend.get(checked(key)),
    delete: async (key) => backend.delete(checked(key)),
  };
}

async function probe(backend: Backend): Promise<void> {
  const hint = backend.kind === "local" ? texts.localHint : texts.spacesHint;
  const failed = (reason: string, cause?: unknown) =>
    new StorageProbeError(`${texts.probeFailed(backend.place, reason)}; ${hint}`, { cause });
  const key = `probe/${randomUUID()}`;
  const written = randomBytes(32);
  try {
    await backend.put(key, [written]);
    const read = await backend.get(key);
    if (!read || !written.equals(await bytesOf(read, written.length)))
      throw failed(texts.notWhatWasWritten);
    await backend.delete(key);
    if (await backend.get(key)) throw failed(texts.stillThere);
  } catch (error) {
    throw error instanceof StorageProbeError ? error : failed(reasonOf(error), error);
  }
}
