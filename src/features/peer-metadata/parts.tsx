// Parts of the pages on which peers are entered and shown.
import type { Child } from "hono/jsx";
import { Code, Field, Radios, Select } from "#platform/ui/index.ts";
import { bindings } from "#protocols/saml/constants.ts";
import type { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { texts } from "./texts.ts";

interface SourceFieldsProps {
  readonly label: string;
  readonly byHandHint: string;
  /** The fields for what is given by hand. */
  readonly children: Child;
}

/** The three sources of a description, of which the chosen one shows its fields. */
export const SourceFields = ({ label, byHandHint, children }: SourceFieldsProps) => (
  <>
    <Radios
      name="source"
      label={label}
      options={[
        { value: "url", label: texts.byUrl, hint: texts.byUrlHint },
        { value: "xml", label: texts.byXml, hint: texts.byXmlHint },
        { value: "manual", label: texts.byHand, hint: byHandHint },
      ]}
    />
    <div class="shown-for" data-source="url">
      <Field
        name="metadataUrl"
        label={texts.metadataUrl}
        type="url"
        placeholder="https://"
        spellcheck={false}
      />
    </div>
    <div class="shown-for" data-source="xml">
      <Field
        name="metadataXml"
        label={texts.metadataXml}
        type="textarea"
        rows={10}
        mono
        spellcheck={false}
      />
    </div>
    <div class="shown-for" data-source="manual">
      {children}
    </div>
  </>
);

/** Where a peer is told that a session has ended. */
export const LogoutFields = ({ hint }: { hint: string }) => (
  <>
    <Field
      name="logoutUrl"
      label={texts.logoutUrl}
      hint={hint}
      type="url"
      placeholder="https://"
      optional
      maxlength={2_048}
      spellcheck={false}
    />
    <Select
      name="logoutBinding"
      label={texts.logoutBinding}
      options={[
        { value: "redirect", label: texts.logoutRedirect },
        { value: "post", label: texts.logoutPost },
      ]}
    />
    <Field
      name="logoutResponseUrl"
      label={texts.logoutResponseUrl}
      hint={texts.logoutResponseUrlHint}
      type="url"
      optional
      maxlength={2_048}
      spellcheck={false}
    />
  </>
);

/** The addresses at which it is told. */
export const LogoutAddresses = ({ slo }: { slo: readonly LogoutEndpoint[] }) => (
  <>
    {slo.map(({ url, binding }) => (
      <div>
        <Code>{url}</Code>{" "}
        {binding === bindings.redirect ? texts.logoutByRedirect : texts.logoutByPost}
      </div>
    ))}
  </>
);
