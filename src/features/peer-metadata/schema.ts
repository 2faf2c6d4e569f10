// What may be entered about a peer: the one source of its description, and where it is told of a sign-out.
import { z } from "zod";
import { optionalText } from "#platform/http/input.ts";
import { texts } from "./texts.ts";

export const metadataMaxLength = 1_000_000;
/** Form-encoding can make a document three times as long. */
export const metadataBodyMaxBytes = 3 * metadataMaxLength;

const blankTo = (nothing: undefined | null) => (value: unknown) =>
  typeof value === "string" && value.trim() === "" ? nothing : value;

/** A pasted text, kept as it is; blank means absent. */
export const pasted = (maxLength: number) =>
  z.preprocess(
    blankTo(undefined),
    z
      .string()
      .max(maxLength, { error: () => texts.tooLong(maxLength) })
      .optional(),
  );

/** The fields of every description. Each kind adds what else is given by hand. */
export const descriptionFields = {
  source: z.enum(["url", "xml", "manual"]).optional(),
  metadataXml: pasted(metadataMaxLength),
  metadataUrl: optionalText(2_048),
  entityId: optionalText(1_024),
};

/** A description as it was read: of the sources no more than one. */
export interface DescriptionSource {
  readonly metadataXml?: string | undefined;
  readonly metadataUrl?: string | undefined;
  readonly entityId?: string | undefined;
}

type Given = DescriptionSource & { readonly source?: "url" | "xml" | "manual" | undefined };

export interface SourceRules {
  /** What is given by hand beside the entity id: field → what is said where it is missing. */
  readonly byHand: Readonly<Record<string, string>>;
  /** The one of these fields that is an address. */
  readonly address: string;
  /** Said of several sources, or of none. */
  readonly problem: string;
  /** None will do: the metadata is fetched again. */
  readonly mayBeNone: boolean;
}

/**
 * Exactly one source counts: `check` says by field what is wrong with it, `only` leaves the others out. A form sends every field, filled
 * or not: its `source` says which count, and the others keep what was typed.
 */
export function oneSource({ byHand, address, problem, mayBeNone }: SourceRules) {
  const missing = { entityId: texts.entityIdMissing, ...byHand };
  const fields = { url: ["metadataUrl"], xml: ["metadataXml"], manual: Object.keys(missing) };

  function only<T extends Given>({ source, ...given }: T): Omit<T, "source"> {
    if (source === undefined) return given;
    const others = Object.entries(fields).flatMap(([name, own]) => (name === source ? [] : own));
    return { ...given, ...Object.fromEntries(others.map((field) => [field, undefined])) };
  }

  function problems(given: Given): readonly (readonly [field: string, problem: string])[] {
    const { source } = given;
    const kept: Readonly<Record<string, string | undefined>> = only(given);
    const { metadataXml, metadataUrl } = kept;
    if (source === "xml" && metadataXml === undefined) return [["metadataXml", texts.xmlMissing]];
    if (source === "url" && metadataUrl === undefined) return [["metadataUrl", texts.urlMissing]];
    const isByHand =
      source === "manual" || fields.manual.some((field) => kept[field] !== undefined);
    const sources = [metadataXml !== undefined, metadataUrl !== undefined, isByHand];
    const count = sources.filter(Boolean).length;
    if (count > 1 || (count === 0 && !mayBeNone)) return [["source", problem]];
    const blank = Object.entries(missing).filter(([field]) => isByHand && !kept[field]);
    const invalid = ["metadataUrl", address].filter(
      (field) => kept[field] && !URL.canParse(kept[field]),
    );
    return [...blank, ...invalid.map((field) => [field, texts.urlInvalid] as const)];
  }

  const check = (given: Given, context: z.RefinementCtx) => {
    for (const [field, message] of problems(given))
      context.addIssue({ code: "custom", path: [field], message });
  };
  return { check, only };
}

/** The field that said who the peer is. */
export function identifyingField({ metadataXml, entityId }: DescriptionSource): string {
  if (metadataXml !== undefined) return "metadataXml";
  return entityId === undefined ? "metadataUrl" : "entityId";
}

const LogoutUrl = z.preprocess(
  blankTo(null),
  z
    .string()
    .trim()
    .max(2_048, { error: () => texts.urlRefused })
    .nullable()
    .optional(),
);

/** A change by hand of where a peer is told that a session has ended. */
export const logoutFields = {
  /** Null: it takes no part in single logout. */
  logoutUrl: LogoutUrl,
  logoutBinding: z.enum(["redirect", "post"], { error: () => texts.bindingUnknown }).optional(),
  logoutResponseUrl: LogoutUrl,
};
