/**
 * What the command line says and where: data on standard output; messages and progress on standard error; colour and
 * moving bars only on a terminal, NO_COLOR respected. Commands write through this and never to the process.
 */
import { styleText } from "node:util";

/** A stream to write to: process.stdout or a test's own. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** False where the reader is slower than the writer: `drain` says when to go on. */
  write(text: string | Uint8Array): unknown;
  once?(event: "drain", listener: () => void): unknown;
}

/** How the console behaves. */
export interface ConsoleOptions {
  readonly output: Sink;
  readonly messages: Sink;
  /** Environment variables: NO_COLOR, FORCE_COLOR and TERM count. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Say nothing but data and errors. */
  readonly isQuiet?: boolean;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** Milliseconds between two lines of progress where there is no terminal. */
const lineInterval = 3000;
/** Milliseconds between two states of a bar. */
const barInterval = 60;

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Output, messages and progress of one run of the command line. */
export class Console {
  readonly #options: ConsoleOptions;
  readonly #now: () => number;
  #barLength = 0;
  #lastProgress = -Infinity;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** A line of data. */
  print(text: string): void {
    this.#clearBar();
    this.#options.output.write(`${text}\n`);
  }

  /** Data that are too many for `print`: as they are, and only as fast as they are read. */
  async write(text: string | Uint8Array): Promise<void> {
    this.#clearBar();
    const { output } = this.#options;
    // Bytes are copied: the stream may keep them after the writer has gone on to fill its buffer anew
    if (output.write(typeof text === "string" ? text : text.slice()) === false && output.once !== undefined)
      await new Promise<void>((resolve) => output.once?.("drain", resolve));
  }

  /** A line for the person who watches. */
  say(text: string): void {
    if (this.#options.isQuiet === true) return;
    this.#clearBar();
    this.#options.messages.write(`${text}\n`);
  }

  /** What went wrong; said even when quiet. */
  complain(text: string): void {
    this.#clearBar();
    this.#options.messages.write(`${text}\n`);
  }

  /** How far a task is that nobody knows the end of, in words: like `progress`, without a share. */
  status(text: string): void {
    if (this.#options.isQuiet === true) return;
    const { messages } = this.#options;
    const isTerminal = messages.isTTY === true;
    const now = this.#now();
    if (this.#lastProgress === -Infinity && !isTerminal) this.#lastProgress = now;
    if (now - this.#lastProgress < (isTerminal ? barInterval : lineInterval)) return;
    this.#lastProgress = now;
    if (!isTerminal) {
      messages.write(`${text}\n`);
      return;
    }
    messages.write(`\r\u001b[2K${text.slice(0, Math.max(20, (messages.columns ?? 80) - 1))}`);
    this.#barLength = 1;
  }

  /** How far a task is, `done` from 0 to 1: a bar on a terminal, a line now and then elsewhere. */
  progress(task: string, done: number): void {
    if (this.#options.isQuiet === true) return;
    const { messages } = this.#options;
    const isTerminal = messages.isTTY === true;
    const now = this.#now();
    if (done < 1 && now - this.#lastProgress < (isTerminal ? barInterval : lineInterval)) return;
    this.#lastProgress = now;
    const percent = `${Math.round(100 * Math.min(1, Math.max(0, done)))} %`;
    if (!isTerminal) {
      if (done < 1) messages.write(`${task}: ${percent}\n`);
      return;
    }
    const width = 24;
    const full = Math.round(width * Math.min(1, done));
    const bar = `${"━".repeat(full)}${this.#paint("dim", "━".repeat(width - full), messages)}`;
    const room = Math.max(20, (messages.columns ?? 80) - 1);
    const label = task.slice(0, room - width - 8);
    messages.write(`\r\u001b[2K${bar} ${percent.padStart(5)} ${label}`);
    this.#barLength = 1;
  }

  /** Takes the bar away: the task is over. */
  endProgress(): void {
    this.#clearBar();
    this.#lastProgress = -Infinity;
  }

  /** `text` in lines that fit the terminal, each after `indent`; one line where there is no terminal. */
  wrap(text: string, indent: string): string[] {
    const { output } = this.#options;
    if (output.isTTY !== true) return [indent + text];
    const room = Math.max(30, Math.min(100, output.columns ?? 80)) - indent.length;
    const lines = [""];
    for (const word of text.split(" ")) {
      const line = lines.at(-1) ?? "";
      if (line === "") lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
    }
    return lines.map((line) => indent + line);
  }

  bold(text: string): string {
    return this.#paint("bold", text, this.#options.output);
  }

  dim(text: string): string {
    return this.#paint("dim", text, this.#options.output);
  }

  /** `text` in the colour of a role: good, doubtful, bad, or a name. */
  tint(role: "good" | "doubtful" | "bad" | "name", text: string): string {
    const styles = { good: "green", doubtful: "yellow", bad: "red", name: "cyan" } as const;
    return this.#paint(styles[role], text, this.#options.output);
  }

  /** `text` in red for an error's first word, on the message stream. */
  alarm(text: string): string {
    return this.#paint("red", text, this.#options.messages);
  }

  #paint(style: Style, text: string, sink: Sink): string {
    return this.#hasColor(sink) ? styleText(style, text, { validateStream: false }) : text;
  }

  #hasColor(sink: Sink): boolean {
    const { NO_COLOR, FORCE_COLOR, TERM } = this.#options.environment;
    if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
    if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
    return sink.isTTY === true && TERM !== "dumb";
  }

  #clearBar(): void {
    if (this.#barLength === 0) return;
    this.#barLength = 0;
    this.#options.messages.write("\r\u001b[2K");
  }
}
