// What is said of every peer's description; what is a kind's own is in its texts.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("peer-metadata", {
  // The source of the description
  byUrl: "Metadata address",
  byUrlHint: "We fetch it now; you can fetch it again later",
  byXml: "Metadata XML",
  byXmlHint: "Paste the whole document",
  byHand: "By hand",
  metadataUrl: "Metadata address",
  metadataXml: "Metadata XML",
  urlMissing: "Give the metadata address",
  xmlMissing: "Paste the metadata",
  tooLong: (most: number) => `Use at most ${most.toLocaleString("en")} characters`,
  entityIdMissing: "Give the entity ID",
  urlInvalid: "Give a full web address",
  urlRefused: "Give a full https:// address without user name or fragment",

  // What is wrong with it
  refused: "The metadata cannot be used",
  unfetched: (why: string) => `The metadata could not be fetched: ${why}`,
  unreadable: (why: string) => `This is not usable metadata: ${why}`,
  notXml: "it is not well-formed XML",
  forbiddenXml: "it holds a document type or entities, which are not accepted",
  tooLarge: "it is too large or too deep",
  expired: "its validUntil has passed",
  addressRefused: "an address in it is not a full https:// address",
  certificateInvalid: "a certificate in it cannot be read",

  // Single logout
  logout: "Single logout",
  logoutByRedirect: "(HTTP-Redirect)",
  logoutByPost: "(HTTP-POST)",
  logoutUrl: "Single logout URL",
  logoutUrlMissing: "Give the address for requests, too",
  logoutBinding: "How it is told",
  logoutRedirect: "HTTP-Redirect: the better way, where it takes it",
  logoutPost: "HTTP-POST",
  bindingUnknown: "Choose redirect or post",
  logoutResponseUrl: "Address for our answers",
  logoutResponseUrlHint: "Only where answers go to another address than requests",

  // What its administrator enters there
  easiest: "Quickest: by metadata",
  download: "Download metadata",
  ourMetadataUrl: "Metadata URL",
  ourSloUrl: "Single logout URL",
  fingerprint: "Fingerprint (SHA-256)",
  attributeName: "Attribute",
  attributeMeaning: "Holds",
});
