// The claims that carry attributes of people: as fields of the connection's form, and as what came in a test.
import {
  attributeKeys,
  attributeName,
  type AttributeSettings,
  valueText,
} from "#features/attributes/index.ts";
import { Badge, Card, DataTable, Field, Grid, Section } from "#platform/ui/index.ts";
import { claimField } from "../attribute-claims.ts";
import { attributeTexts as texts } from "../attribute-texts.ts";
import type { Asserted } from "../requests.ts";

/** Inside the form. */
export const AttributeClaimFields = ({ settings }: { settings: AttributeSettings }) => (
  <Section title={texts.claims} description={texts.claimsHint}>
    <Grid wide>
      {attributeKeys.map((key) => (
        <Field
          name={claimField(key)}
          label={attributeName(key)}
          hint={standing(settings[key])}
          optional
          maxlength={255}
          mono
          spellcheck={false}
        />
      ))}
    </Grid>
  </Section>
);

const standing = ({
  enabled,
  mirrorFromProvider,
}: AttributeSettings[keyof AttributeSettings]): string | undefined => {
  if (!enabled) return texts.unused;
  return mirrorFromProvider ? undefined : texts.notMirrored;
};

interface Said {
  readonly asserted: Asserted;
  readonly settings: AttributeSettings;
}

/** What a test said of the person, and what would become of it. */
export function SaidAttributes({ asserted: { attributes, skipped }, settings }: Said) {
  const rows = attributeKeys.filter(
    (key) => attributes[key] !== undefined || skipped.includes(key),
  );
  return (
    <Card title={texts.testTitle} description={texts.testText} flush={rows.length > 0}>
      {rows.length === 0 ? (
        <p>{texts.testNothing}</p>
      ) : (
        <DataTable
          caption={texts.testTitle}
          rows={rows}
          columns={[
            { label: texts.attribute, cell: (key) => attributeName(key) },
            {
              label: texts.value,
              cell: (key) => {
                const value = attributes[key];
                if (skipped.includes(key)) return <Badge tone="caution">{texts.testSkipped}</Badge>;
                return value === null || value === undefined ? (
                  <Badge tone="neutral">{texts.testEmpty}</Badge>
                ) : (
                  valueText(key, value)
                );
              },
            },
            {
              label: texts.becomes,
              cell: (key) => {
                if (skipped.includes(key)) return "";
                if (!settings[key].enabled) return texts.testUnused;
                if (attributes[key] === null) return texts.testCleared;
                return settings[key].mirrorFromProvider ? texts.testTaken : texts.testKept;
              },
            },
          ]}
        />
      )}
    </Card>
  );
}
