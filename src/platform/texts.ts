// Every sentence a person reads, by area: English here, a second language is one more object of the same shape.

type Text = string | ((...values: never[]) => string);

const areas = new Map<string, Readonly<Record<string, Text>>>();

/** Declares an area's texts and hands them back with their keys and arguments typed. One area, one call. */
export function defineTexts<T extends Record<string, Text>>(area: string, english: T): Readonly<T> {
  if (areas.has(area)) throw new Error(`texts of area "${area}" are declared twice`);
  areas.set(area, english);
  return english;
}

/** Every declared area, for the test that looks for empty or duplicated texts. */
export function declaredTexts(): ReadonlyMap<string, Readonly<Record<string, Text>>> {
  return areas;
}
