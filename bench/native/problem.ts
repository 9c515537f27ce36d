/** What is measured: an operation with its inputs, which every contestant of `bench/native.ts` can prepare. */

/** An array on the host. */
export interface HostArray {
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

/** An operation by name; `ours.ts` and `peers.py` have a line for each. */
export interface Problem {
  readonly operation: string;
  readonly options?: Readonly<Record<string, number>>;
  readonly inputs: readonly HostArray[];
}

/** A problem made ready. */
export interface Prepared {
  run(): unknown;
  /** The last result: of a training step its loss. */
  read(): Promise<ArrayLike<number>>;
  /** Milliseconds a run of `count` runs, where the contestant has to take its own time. */
  burst?(count: number): Promise<number>;
  readonly restMilliseconds?: number;
}

/** Numbers in [−scale, scale), the same at every run. */
export function noise(seed: number, shape: readonly number[], scale = 1): HostArray {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    data[index] = (((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1) * scale;
  }
  return { data, shape };
}

/** Whole numbers below `count`. */
export function classes(shape: readonly number[], count: number): HostArray {
  const { data } = noise(99, shape);
  return { data: Int32Array.from(data, (value) => Math.min(count - 1, Math.floor(((value + 1) / 2) * count))), shape };
}
