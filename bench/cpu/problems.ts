/** Inputs from fixed seeds, and plain references in double precision that every contestant is checked against. */
import type { HostArray, Operation, Prepared, Problem } from "../harness/library.ts";
import type { Case } from "./measurement.ts";

/** Numbers in [−1, 1), the same at every run. */
export function noise(seed: number, shape: readonly number[], scale = 1): HostArray {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    data[index] = (((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1) * scale;
  }
  return { data, shape };
}

/** How far a result may be off: `absolute` + `relative` · |expected|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** A case whose result is compared at `places` with `expected(place)`. */
export function checkedCase(
  operation: Operation,
  inputs: readonly HostArray[],
  reference: {
    readonly size: number;
    readonly places: Iterable<number>;
    expected(place: number): number;
    readonly tolerance: Tolerance;
  },
  operations?: number,
): Case {
  const problem: Problem = { operation, inputs };
  return {
    problem,
    ...(operations === undefined ? {} : { operations }),
    judge: async (prepared) => {
      await prepared.run();
      const result = await prepared.read();
      if (result.length !== reference.size) return `${result.length} elements where ${reference.size} are due.`;
      for (const place of reference.places) {
        const problem = compare(result[place], reference.expected(place), reference.tolerance);
        if (problem !== undefined) return `element ${place} ${problem}`;
      }
      return undefined;
    },
  };
}

/** Every place of `count`, or some hundreds spread over them, both ends included. */
export function places(count: number, most = count): number[] {
  const step = Math.max(1, (count - 1) / Math.max(1, most - 1));
  return Array.from({ length: Math.min(count, most) }, (_, index) => Math.min(count - 1, Math.round(index * step)));
}

/** The losses of the first steps are compared. */
export function judgeLosses(expected: readonly number[]): (prepared: Prepared) => Promise<string | undefined> {
  return async (prepared) => {
    for (const [step, loss] of expected.entries()) {
      await prepared.run();
      const problem = compare((await prepared.read())[0], loss, { absolute: 1e-5, relative: 2e-4 });
      if (problem !== undefined) return `the loss of step ${step + 1} ${problem}`;
    }
    return undefined;
  };
}

/** The error function within 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

function compare(value: number | undefined, expected: number, { absolute, relative }: Tolerance): string | undefined {
  const isClose = value !== undefined && Math.abs(value - expected) <= absolute + relative * Math.abs(expected);
  return isClose ? undefined : `is ${value}, expected ${expected}.`;
}
