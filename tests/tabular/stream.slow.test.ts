/** A table of any length is learned in the same memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { fitted, opener } from "./madeUpStream.ts";

test("takes memory that does not grow with the table", async () => {
  const [few, many] = [await usualBytes(20_000), await usualBytes(120_000)];
  // 100,000 rows more would take 2.8 MB as they are read, and 3.6 encoded
  expect(many - few).toBeLessThan(0.5e6);
}, 240_000);

/** Bytes of arrays that are alive while chunks are read: the median, since a collected buffer may be given back a little later. */
async function usualBytes(rows: number): Promise<number> {
  setFlagsFromString("--expose_gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const bytes: number[] = [];
  const onChunk = (): void => {
    collect();
    bytes.push(process.memoryUsage().arrayBuffers - before);
  };
  await fitted(opener(rows, { onChunk }));
  return bytes.sort((a, b) => a - b)[Math.floor(bytes.length / 2)] ?? Number.NaN;
}
