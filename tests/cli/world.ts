/** A process of the test's own: what the command line writes is collected. */

import { runCommandLine } from "../../src/cli/run.ts";
import type { Command } from "../../src/cli/schema.ts";

/** What a command line came to. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
}

/** How the world is. */
export interface WorldOptions {
  readonly isTerminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of everything that is written, as it is written. */
  readonly onWrite?: (text: string) => void;
}

/** Runs `words` with `commands` and collects what is written. */
export async function runWords(
  words: readonly string[],
  commands: readonly Command[],
  options: WorldOptions = {},
): Promise<Outcome> {
  const written = { output: "", messages: "" };
  const sink = (name: keyof typeof written) => ({
    isTTY: options.isTerminal ?? false,
    write: (text: string | Uint8Array) => {
      const words = typeof text === "string" ? text : new TextDecoder().decode(text);
      written[name] += words;
      options.onWrite?.(words);
    },
  });
  const code = await runCommandLine(words, commands, {
    output: sink("output"),
    messages: sink("messages"),
    environment: options.environment ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, ...written };
}
