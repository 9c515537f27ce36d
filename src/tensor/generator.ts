/**
 * Where random numbers come from: a key, made of a seed, and the number of the call. The bits are a function of
 * both and of the element's position (`support/threefry.ts`), so there is no hidden state on any device. The call
 * number is kept here, in JavaScript, and handed to compiled steps as an input: each run draws new numbers, the same
 * that eager code would have drawn. `random.ts` makes numbers of the bits.
 */
import { ArgumentError } from "../support/errors.ts";
import { threefry, type WordPair, WordStream } from "../support/threefry.ts";
import { slice } from "./slice.ts";
import type { Tensor } from "./tensor.ts";
import { hostInput, openTrace, type Trace } from "./tracing.ts";

/** What one call draws from: two words of key and the call number, each a u32 scalar. */
export interface Draw {
  readonly key: readonly [Tensor, Tensor];
  readonly call: Tensor | number;
}

/** What has to be kept to go on with the same numbers. */
export interface GeneratorState {
  readonly key: WordPair;
  readonly calls: number;
}

/** The calls of one traced function: all count from the number that the run begins with. */
interface TracedCalls {
  readonly words: Tensor;
  /** Call number at which the present run began. */
  first: number;
  count: number;
}

/**
 * A source of random numbers with a seed of its own.
 *
 * @example
 * ```ts
 * import { Generator, random } from "smilodon";
 * const a = await random.uniform([3], { generator: new Generator(7) }).toArray();
 * const b = await random.uniform([3], { generator: new Generator(7) }).toArray();
 * console.log(String(a) === String(b)); // true
 * ```
 */
export class Generator {
  #key: WordPair = [0, 0];
  #calls = 0;
  readonly #traced = new WeakMap<Trace, TracedCalls>();

  constructor(seed = 0) {
    this.seed(seed);
  }

  /** Starts anew from `seed`, a whole number of 0 … 2⁵³ − 1. @throws ArgumentError for anything else. */
  seed(seed: number): void {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ArgumentError(`seed: ${seed} is not a whole number of 0 … 2^53 − 1.`, { seed });
    this.restore({ key: [seed >>> 0, Math.floor(seed / 2 ** 32)], calls: 0 });
  }

  /** Key and call number, to be saved with a checkpoint. */
  get state(): GeneratorState {
    return { key: this.#key, calls: this.#calls };
  }

  /** Goes on where `state` was taken. */
  restore({ key, calls }: GeneratorState): void {
    this.#key = key;
    this.#calls = calls;
  }

  /** A generator of independent numbers, the same for equal `index`; this one is not changed. */
  fork(index: number): Generator {
    const forked = new Generator();
    forked.restore({ key: threefry(this.#key, [index, 0xffffffff]), calls: 0 });
    return forked;
  }

  /** For the functions of `random.ts`: what the next call draws from. */
  draw(): Draw {
    const trace = openTrace();
    if (trace === undefined) {
      const call = this.#calls++;
      return drawFrom(hostInput({ shape: [3], dtype: "u32", read: () => [...this.#key, call] }), 0);
    }
    const calls = this.#callsOf(trace);
    return drawFrom(calls.words, calls.count++);
  }

  /** For draws that are made in JavaScript: `make` is given random words, now or before each run of a compiled step. */
  drawOnHost(shape: readonly number[], make: (words: WordStream) => readonly number[]): Tensor {
    const trace = openTrace();
    if (trace === undefined) {
      const call = this.#calls++;
      return hostInput({ shape, dtype: "i32", read: () => make(new WordStream(this.#key, call)) });
    }
    const calls = this.#callsOf(trace);
    const offset = calls.count++;
    // inputs are read in the order in which they were made: the call number of this run is known by then
    return hostInput({ shape, dtype: "i32", read: () => make(new WordStream(this.#key, calls.first + offset)) });
  }

  #callsOf(trace: Trace): TracedCalls {
    const known = this.#traced.get(trace);
    if (known !== undefined) return known;
    const read = () => {
      calls.first = this.#calls;
      this.#calls += calls.count;
      return [...this.#key, calls.first];
    };
    const calls: TracedCalls = { words: hostInput({ shape: [3], dtype: "u32", read }), first: 0, count: 0 };
    this.#traced.set(trace, calls);
    return calls;
  }
}

function drawFrom(words: Tensor, offset: number): Draw {
  const call = slice(words, 2);
  return { key: [slice(words, 0), slice(words, 1)], call: offset === 0 ? call : call.add(offset) };
}

/** The generator that everything draws from unless told otherwise. Its seed is 0 until `seed` is called. */
export const globalGenerator = new Generator();

/**
 * Seeds the global generator: equal programs then draw equal numbers.
 *
 * @example
 * ```ts
 * import { seed } from "smilodon";
 * seed(42);
 * ```
 */
export function seed(seed: number): void {
  globalGenerator.seed(seed);
}
