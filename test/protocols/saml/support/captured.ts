// A captured, signed AuthnRequest and the ways to bend it. Regular expressions on purpose: what an
// attacker sends need not be what a library would write.

import { algorithms, authnRequest, signXml } from "./requests.ts";

/** As it was captured. */
export const signed = signXml(authnRequest());
export const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)![0];
export const withoutSignature = signed.replace(signature, "");
export const evil = { id: "_evil", issuer: "https://evil.example" };

/** An evil request that keeps the captured signature and hides something elsewhere. */
export const around = (hidden: string, kept = signature) =>
  authnRequest({ ...evil, children: kept + hidden });
export const extensions = (content: string) => `<samlp:Extensions>${content}</samlp:Extensions>`;
export const object = (content: string) => `<ds:Object>${content}</ds:Object>`;
/** The captured signature with more in it. */
export const signatureWith = (content: string) =>
  signature.replace("</ds:Signature>", `${content}</ds:Signature>`);
/** The signed request after an edit that the signer did not make. */
export const edited = (from: string | RegExp, to: string) => {
  const result = signed.replace(from, to);
  if (result === signed) throw new Error(`nothing to edit: ${from}`);
  return result;
};
export const transform = (algorithm: string, content = "") =>
  edited(
    `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
    `<ds:Transform Algorithm="${algorithm}">${content}</ds:Transform>`,
  );
export const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signed)![0];
export const reference = /<ds:Reference .*<\/ds:Reference>/s.exec(signed)![0];
export const foreign = 'xmlns:x="urn:x"';

/** Name of the attack, what is sent, the code of the refusal. */
export type Attack = [attack: string, xml: string, code: string];
