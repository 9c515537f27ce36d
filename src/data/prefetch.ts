/**
 * Batches that are made ahead: while a step runs, the next batches are read and decoded. For sources that wait (files,
 * workers, networks); arrays in memory need none of it.
 */
import { ArgumentError } from "../support/errors.ts";

/** How far ahead. */
export interface PrefetchOptions {
  /** At most so many batches are ready and not yet taken. Default 2. */
  readonly ahead?: number;
}

/** Anything that can be looped over. */
type Source<B> = Iterable<B> | AsyncIterable<B>;

/**
 * The batches of `source` in their order, with up to `ahead` of them made before they are asked for. An error of the source
 * is thrown where its batch would have come; leaving the loop early closes the source. Keeps `batchCount` and `skip`.
 *
 * @example
 * ```ts
 * import { prefetch } from "smilodon/data";
 * async function* read() {
 *   for (const part of [1, 2, 3]) yield await Promise.resolve(part);
 * }
 * for await (const part of prefetch(read())) console.log(part); // 1, 2, 3
 * // fit({ …, batches: (epoch) => prefetch(loader.epoch(epoch)) })
 * ```
 */
export function prefetch<B>(source: Source<B>, { ahead = 2 }: PrefetchOptions = {}): Prefetched<B> {
  if (!Number.isInteger(ahead) || ahead < 1)
    throw new ArgumentError(`prefetch: ahead is ${ahead}; it has to be a whole number of 1 or more.`, { ahead });
  return new Prefetched(source, ahead);
}

/** What `prefetch` gives: to be looped over once for each time that its source can be. */
export class Prefetched<B> implements AsyncIterable<B> {
  /** Batches of the whole source, where it says so. */
  readonly batchCount: number | undefined;
  readonly #source: Source<B>;
  readonly #ahead: number;

  constructor(source: Source<B>, ahead: number) {
    this.#source = source;
    this.#ahead = ahead;
    const count: unknown = Reflect.get(source, "batchCount");
    this.batchCount = typeof count === "number" ? count : undefined;
  }

  /** The same without the next `count` batches; a source that can skip does not make them. */
  skip(count: number): Prefetched<B> {
    const source = this.#source;
    return new Prefetched(isSkippable(source) ? source.skip(count) : dropFirst(source, count), this.#ahead);
  }

  [Symbol.asyncIterator](): AsyncGenerator<B> {
    return runAhead(this.#source, this.#ahead);
  }
}

async function* runAhead<B>(source: Source<B>, ahead: number): AsyncGenerator<B> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const asked: Promise<IteratorResult<B>>[] = [];
  let isOver = false;
  const ask = (): void => {
    // One after the other: a source that is no generator need not bear two questions at once
    const before = asked.at(-1) ?? Promise.resolve(undefined);
    const next = before.then((last) => (last?.done === true ? last : iterator.next()));
    // Whoever takes it hears of its error; until then nobody listens
    next.catch(() => undefined);
    asked.push(next);
  };
  try {
    while (true) {
      while (asked.length < ahead) ask();
      const result = await asked[0];
      asked.shift();
      if (result === undefined || result.done === true) {
        isOver = true;
        return;
      }
      ask();
      yield result.value;
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    // The source is closed when it has answered what it was asked
    if (!isOver) {
      await Promise.allSettled(asked);
      await iterator.return?.();
    }
  }
}

interface Skippable<B> {
  skip(count: number): Source<B>;
}

function isSkippable<B>(source: Source<B>): source is Source<B> & Skippable<B> {
  return "skip" in source && typeof source.skip === "function";
}

async function* dropFirst<B>(source: Source<B>, count: number): AsyncGenerator<B> {
  let left = count;
  for await (const batch of source) if (left-- <= 0) yield batch;
}
