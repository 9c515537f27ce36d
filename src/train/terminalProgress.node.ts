/** Progress of training on a terminal, or in a log. */
import type { FitProgress } from "./fitOptions.ts";

/** Where and how progress is written. */
export interface TerminalProgressOptions {
  /** Default: standard error. */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Colours. Default: on a terminal, unless NO_COLOR is set or TERM is dumb. */
  readonly color?: boolean;
  /** Milliseconds between writes, except for the last. Default: 5000, or 80 on a terminal. */
  readonly interval?: number;
}

/**
 * A function for `onProgress`. On a terminal it keeps one line with a bar; elsewhere it writes a line at most every few
 * seconds. After the last epoch the line stays; where training ends before, call `end()` of the function.
 *
 * @example
 * ```ts
 * import { terminalProgress } from "smilodon/node";
 * const onProgress = terminalProgress(); // for fit({ …, onProgress })
 * ```
 */
export function terminalProgress(
  options: TerminalProgressOptions = {},
): ((progress: FitProgress) => void) & { end(): void } {
  const { stream = process.stderr } = options;
  const isTerminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const color = options.color ?? (isTerminal && (process.env["NO_COLOR"] ?? "") === "");
  const write = isTerminal
    ? barWriter(stream, color)
    : (progress: FitProgress) => stream.write(`${describe(progress)}\n`);
  const report = throttled(write, options.interval ?? (isTerminal ? 80 : 5000));
  let isOpen = false;
  const end = () => {
    report.flush();
    if (isOpen && isTerminal) stream.write("\n");
    isOpen = false;
  };
  return Object.assign(
    (progress: FitProgress) => {
      isOpen = true;
      report(progress);
      if (isLast(progress)) end();
    },
    { end },
  );
}

type Stream = NonNullable<TerminalProgressOptions["stream"]>;

/** Rewrites one line of the terminal, with a bar where there is room. */
function barWriter(stream: Stream, color: boolean): (progress: FitProgress) => void {
  return (progress) => {
    const columns = stream.columns ?? 80;
    const text = describe(progress);
    const share = shareOf(progress);
    const width = Math.max(0, Math.min(30, columns - text.length - 3));
    const bar = width < 8 || share === undefined ? "" : ` ${drawBar(share, width, color)}`;
    stream.write(`\r\x1b[K${text.slice(0, columns - 1)}${bar}`);
  };
}

/** `write` at most every `interval` milliseconds; `flush` writes what came last and was held back. */
function throttled(write: (progress: FitProgress) => void, interval: number) {
  let last = -Infinity;
  let pending: FitProgress | undefined;
  const flush = () => {
    if (pending !== undefined) write(pending);
    pending = undefined;
  };
  const report = (progress: FitProgress): void => {
    pending = progress;
    if (performance.now() - last < interval) return;
    last = performance.now();
    flush();
  };
  return Object.assign(report, { flush });
}

/** Metrics of an epoch that one line has room for. */
const mostMetrics = 3;

/** `epoch 3/50  step 40/80  loss 0.4123  validation 0.4456  accuracy 0.81  rate 0.01  1 min 20 s left` */
function describe({ epoch, epochs, step, steps, loss, learningRate, secondsLeft, finished }: FitProgress): string {
  const parts = [`epoch ${epoch}/${epochs}`];
  if (finished === undefined) parts.push(`step ${step}${steps === undefined ? "" : `/${steps}`}`);
  parts.push(`loss ${showNumber(loss)}`);
  if (finished?.validationLoss !== undefined) parts.push(`validation ${showNumber(finished.validationLoss)}`);
  const metrics = Object.entries(finished?.metrics ?? {}).filter(([name]) => name !== "loss");
  for (const [name, value] of metrics.slice(0, mostMetrics)) parts.push(`${name} ${showNumber(value)}`);
  parts.push(`rate ${showNumber(learningRate)}`);
  if (secondsLeft !== undefined && epoch + Number(finished !== undefined) <= epochs)
    parts.push(`${showDuration(secondsLeft)} left`);
  return parts.join("  ");
}

function showNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function showDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How much of all epochs is done, from 0 to 1. */
function shareOf({ epoch, epochs, step, steps, finished }: FitProgress): number | undefined {
  if (finished !== undefined) return epoch / epochs;
  return steps === undefined ? undefined : (epoch - 1 + step / steps) / epochs;
}

function drawBar(share: number, width: number, color: boolean): string {
  const filled = Math.round(Math.min(1, share) * width);
  const [done, rest] = ["━".repeat(filled), "─".repeat(width - filled)];
  return color ? `\x1b[36m${done}\x1b[2m${rest}\x1b[0m` : `${done}${rest}`;
}

function isLast({ epoch, epochs, finished }: FitProgress): boolean {
  return finished !== undefined && epoch === epochs;
}
