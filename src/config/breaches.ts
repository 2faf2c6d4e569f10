// Whether new passwords are held against known breaches, and by whom (names of deploy/.env.example).
import { join } from "node:path";
import { z } from "zod";
import type { BreachSettings } from "#platform/passwords/breaches/checker.ts";
import { texts } from "./texts.ts";
import { oneOf, said } from "./variables.ts";

const Breaches = z.object({
  BREACH_CHECK: oneOf("online", "offline", "off").default("online"),
  BREACH_URL: z
    .url({ protocol: /^https?$/, ...said(texts.notAUrl) })
    .refine((address) => !/[?#@]/.test(address), texts.notAUrl)
    .transform((address) => address.replace(/\/+$/, ""))
    .default("https://api.pwnedpasswords.com"),
  BREACH_FILTER_PATH: z.string().startsWith("/", texts.notAFilePath).optional(),
});

/** The names of all variables above. */
export const breachVariables = Object.keys(Breaches.shape);

type Given = Readonly<Record<string, string>>;

/** The settings, or what is wrong with them. Where nothing else is said, the filter lies in the volume of the files. */
export function parseBreaches(
  given: Given,
  folder: string,
): { readonly settings: BreachSettings; readonly error?: undefined } | { error: z.ZodError } {
  const { data, error } = Breaches.safeParse(given);
  if (!data) return { error };
  return {
    settings: {
      mode: data.BREACH_CHECK,
      baseUrl: data.BREACH_URL,
      filterPath: data.BREACH_FILTER_PATH ?? join(folder, "breached-passwords.filter"),
    },
  };
}
