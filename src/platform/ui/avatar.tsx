// A person or an application as one or two letters on a quiet colour that stays the same.

const tints = 6;

const letters = new Intl.Segmenter();

/** The first letter as a person sees it, as a capital; empty for an empty text. */
export function firstLetter(text: string): string {
  const [first] = letters.segment(text);
  return first?.segment.toUpperCase() ?? "";
}

/** First letters of the first and the last word, at most two. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== "");
  const [first = "", last = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  return firstLetter(first) + firstLetter(last);
}

function tintOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % tints;
}

export interface AvatarProps {
  readonly name: string;
  readonly size?: "small" | "medium" | "large" | undefined;
  /** Applications are square, people are round. */
  readonly square?: boolean | undefined;
}

/** Decoration: the name stands beside it. */
export function Avatar({ name, size = "medium", square }: AvatarProps) {
  return (
    <span
      class="avatar"
      data-size={size}
      data-tint={tintOf(name)}
      data-square={square === true ? "" : undefined}
      aria-hidden="true"
    >
      {square === true ? firstLetter(name) : initialsOf(name)}
    </span>
  );
}
