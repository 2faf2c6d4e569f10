// Several people in one sentence, each leading to their page.
import { texts } from "../texts.ts";

interface NamesProps {
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** Of all of them, named or not. */
  readonly count: number;
}

export const Names = ({ people, count }: NamesProps) => (
  <>
    {people.map(({ id, name }, index) => (
      <>
        {index > 0 && ", "}
        <a href={`/users/${id}`}>{name}</a>
      </>
    ))}
    {count > people.length ? ` ${texts.andMore(count - people.length)}.` : "."}
  </>
);
