/**
 * TensorBoard's events: what happened at which step, as protocol-buffer messages.
 *
 * Source: event.proto, summary.proto, tensor.proto and histogram.proto of TensorBoard (compat/proto); field numbers are theirs.
 */
import { Message } from "./message.ts";

/** When an event happened. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** Of type DT_STRING in tensor.proto. */
const stringType = 7;

/** The first event of a file; TensorBoard refuses files without. */
export function versionEvent(wallTime: number): Uint8Array {
  return new Message().double(1, wallTime).text(3, "brain.Event:2").finish();
}

/** A number at a step, f32. */
export function scalarEvent(time: EventTime, tag: string, value: number): Uint8Array {
  return summaryEvent(time, new Message().text(1, tag).float(2, value));
}

/** Markdown at a step. */
export function textEvent(time: EventTime, tag: string, text: string): Uint8Array {
  const size = new Message().integer(1, 1);
  const tensor = new Message().integer(1, stringType).message(2, new Message().message(2, size)).text(8, text);
  const plugin = new Message().text(1, "text");
  const metadata = new Message().message(1, plugin);
  return summaryEvent(time, new Message().text(1, tag).message(9, metadata).message(8, tensor));
}

/** How values at a step are distributed. */
export function histogramEvent(time: EventTime, tag: string, histogram: Histogram): Uint8Array {
  const { least, greatest, count, sum, squares, limits, counts } = histogram;
  const message = new Message()
    .double(1, least)
    .double(2, greatest)
    .double(3, count)
    .double(4, sum)
    .double(5, squares)
    .doubles(6, limits)
    .doubles(7, counts);
  return summaryEvent(time, new Message().text(1, tag).message(5, message));
}

function summaryEvent({ wallTime, step }: EventTime, value: Message): Uint8Array {
  return new Message().double(1, wallTime).integer(2, step).message(5, new Message().message(1, value)).finish();
}

/** Counts of values between limits. */
export interface Histogram {
  readonly least: number;
  readonly greatest: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  /** Upper ends of the bins; bin k holds the values in limits[k − 1] … limits[k]. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

const binCount = 30;

/** The histogram of the finite ones among `values`, in bins of equal width; undefined where there are none. */
export function histogramOf(values: ArrayLike<number>): Histogram | undefined {
  let [least, greatest, count, sum, squares] = [Infinity, -Infinity, 0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return undefined;
  // Equal values need a width too
  const width = (greatest - least) / binCount || Math.max(Math.abs(least), 1) * 1e-6;
  const counts = new Array<number>(binCount).fill(0);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(binCount - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { least, greatest, count, sum, squares, limits: counts.map((_, bin) => least + width * (bin + 1)), counts };
}
