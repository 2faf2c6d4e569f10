// From what an administrator gives to what we keep. Every refusal names the field at fault.
import { DomainError, type ErrorDefinition } from "#platform/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { SamlError, type SamlErrorCode } from "#protocols/saml/errors.ts";
import {
  changedLogout,
  type LogoutEndpoint,
  type TypedLogout,
} from "#protocols/saml/metadata/logout-endpoint.ts";
import { isWebUrl } from "#protocols/saml/metadata/urls.ts";
import { type DescriptionSource, metadataMaxLength } from "./schema.ts";
import { texts } from "./texts.ts";

export interface Reading {
  readonly outbound: Outbound;
  readonly now: Date;
  /** Development only: peers on http addresses. */
  readonly allowHttp: boolean;
}

type Words = Partial<Record<SamlErrorCode, string>>;

/** What is a kind's own. */
export interface PeerKind {
  readonly refusal: ErrorDefinition;
  /** What is wrong with a document, as far as not every kind says it alike. */
  readonly words: Words;
}

/** How a kind reads a document, and what is given by hand. */
export interface Readers<Source, Description> {
  fromXml(xml: string, by: Reading): Description;
  byHand(source: Source, by: Reading): Description;
}

const commonWords: Words = {
  not_xml: texts.notXml,
  bad_encoding: texts.notXml,
  forbidden_xml: texts.forbiddenXml,
  too_large: texts.tooLarge,
  metadata_expired: texts.expired,
  url_refused: texts.addressRefused,
  certificate_invalid: texts.certificateInvalid,
};

/** Reads the peers of one kind. What is refused is refused by the kind's own `refusal`. */
export function peerMetadata({ refusal, words }: PeerKind) {
  const said = { ...commonWords, ...words };
  const refused = (field: string, problem: string, cause?: unknown) =>
    refusal({ errors: { [field]: problem } }, cause);

  /** What `read` answers. Where SAML forbids it, the field is refused. */
  function orRefuse<T>(field: string, problem: (why: string) => string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SamlError)) throw error;
      throw refused(field, problem(said[error.code] ?? error.message), error);
    }
  }

  async function fetchMetadata(url: string, outbound: Outbound): Promise<string> {
    const limits = { maxBytes: metadataMaxLength, redirects: 3, timeoutSeconds: 10 } as const;
    const answer = await outbound.fetch(url, limits).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      throw refused("metadataUrl", texts.unfetched(error.spec.title), error);
    });
    if (answer.status === 200) return answer.text();
    throw refused("metadataUrl", texts.unfetched(`HTTP ${answer.status}`));
  }

  return {
    refused,
    orRefuse,

    /** An address that was typed, if browsers may be sent there. */
    webUrl(field: string, url: string, by: Pick<Reading, "allowHttp">): string {
      if (isWebUrl(url, by)) return url;
      throw refused(field, texts.urlRefused);
    },

    /** Reads the one source that is given; `metadataUrl` is where it was fetched. */
    async describe<Source extends DescriptionSource, Description>(
      source: Source,
      by: Reading,
      { fromXml, byHand }: Readers<Source, Description>,
    ): Promise<Description & { readonly metadataUrl: string | null }> {
      const { metadataUrl, metadataXml } = source;
      const read = (field: string, xml: string) =>
        orRefuse(field, texts.unreadable, () => fromXml(xml, by));
      if (metadataUrl !== undefined) {
        const xml = await fetchMetadata(metadataUrl, by.outbound);
        return { ...read("metadataUrl", xml), metadataUrl };
      }
      if (metadataXml !== undefined)
        return { ...read("metadataXml", metadataXml), metadataUrl: null };
      return { ...byHand(source, by), metadataUrl: null };
    },

    /** The logout endpoints after a change by hand. */
    logoutAfter(
      present: readonly LogoutEndpoint[],
      typed: TypedLogout,
      by: Pick<Reading, "allowHttp">,
    ): readonly LogoutEndpoint[] {
      const changed = changedLogout(present, typed, by);
      if (!("field" in changed)) return changed;
      throw refused(changed.field, changed.isMissing ? texts.logoutUrlMissing : texts.urlRefused);
    },
  };
}
