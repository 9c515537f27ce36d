/** What `fit` needs of the batches of an epoch besides iterating: how many there are, and to begin later. */

/** Batches that can begin later without making those before: `Epoch` of the loader is one. */
interface Skippable<B> {
  skip(count: number): Iterable<B> | AsyncIterable<B>;
}

/** `batches` without the first `count`. */
export function skipBatches<B>(batches: Iterable<B> | AsyncIterable<B>, count: number): Iterable<B> | AsyncIterable<B> {
  if (count === 0) return batches;
  return isSkippable(batches) ? batches.skip(count) : dropped(batches, count);
}

/** How many batches there are, where they say it: `batchCount`, or the length of an array. */
export function countSteps(batches: object): number | undefined {
  for (const name of ["batchCount", "length"]) {
    const count: unknown = Reflect.get(batches, name);
    if (typeof count === "number") return count;
  }
  return undefined;
}

async function* dropped<B>(batches: Iterable<B> | AsyncIterable<B>, count: number): AsyncGenerator<B> {
  let left = count;
  for await (const batch of batches) {
    if (left-- > 0) continue;
    yield batch;
  }
}

function isSkippable<B>(
  batches: Iterable<B> | AsyncIterable<B>,
): batches is (Iterable<B> | AsyncIterable<B>) & Skippable<B> {
  return "skip" in batches && typeof batches.skip === "function";
}
