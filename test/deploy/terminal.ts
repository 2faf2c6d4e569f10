// A person at a terminal: types each answer when its question is there.

export interface Conversation {
  readonly code: number;
  /** What the terminal showed. */
  readonly out: string;
}

/** What is asked, in part, and what is typed then (with its Enter). */
export type Dialogue = readonly (readonly [question: string, answer: string])[];

/** Ctrl-C: pressed again each second until it ends, because a shell that is just about to read does not notice. */
export const interrupt = "\x03";

const patienceMs = 20_000;

/** Runs a shell script on a terminal of its own. @throws {Error} when it ends before a question, or asks none for 20 seconds */
export async function converse(
  script: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  dialogue: Dialogue,
): Promise<Conversation> {
  let out = "";
  let read = 0;
  const child = Bun.spawn(["sh", "-c", script], {
    ...options,
    terminal: {
      cols: 120,
      rows: 40,
      data: (_, data) => {
        out += new TextDecoder().decode(data);
      },
    },
  });
  for (const [question, answer] of dialogue) {
    const end = Date.now() + patienceMs;
    while (!out.includes(question, read)) {
      if (child.exitCode !== null) throw new Error(`it ended before "${question}": ${out}`);
      if (Date.now() > end) {
        child.kill("SIGKILL");
        throw new Error(`it never asked "${question}": ${out}`);
      }
      await Bun.sleep(5);
    }
    read = out.indexOf(question, read) + question.length;
    child.terminal?.write(answer);
  }
  const isInterrupted = dialogue.at(-1)?.[1] === interrupt;
  const again = setInterval(() => isInterrupted && child.terminal?.write(interrupt), 1_000);
  const code = await child.exited;
  clearInterval(again);
  await Bun.sleep(10);
  return { code, out };
}
