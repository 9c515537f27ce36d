/** Loaders besides the plain one: drawn rows, streams, batches made ahead and in other threads. */
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HostBatch, Loader } from "../../src/data/loader.ts";
import { prefetch } from "../../src/data/prefetch.ts";
import { balancedWeights } from "../../src/data/sampling.ts";
import { StreamLoader } from "../../src/data/streamLoader.ts";
import { serveBatches, WorkerLoader } from "../../src/data/workerLoader.ts";
import { ArgumentError, DataError } from "../../src/support/errors.ts";
import { WordStream } from "../../src/support/threefry.ts";
import { hostArray } from "../../src/tensor/hostArray.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

async function read(batches: Iterable<{ x: Tensor }> | AsyncIterable<{ x: Tensor }>): Promise<number[][]> {
  const found: number[][] = [];
  for await (const { x } of batches) found.push(Array.from(await x.data()));
  return found;
}

const numbers = (count: number, from = 0) =>
  hostArray(Float32Array.from({ length: count }, (_, index) => from + index));

describe("WordStream.below()", () => {
  it("is the high half of the exact product", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.nat(), (below, call) => {
        const words = new WordStream([1, 2], call);
        let word = words.next();
        while ((BigInt(word) * BigInt(below)) % 2n ** 32n < BigInt((2 ** 32 - below) % below)) word = words.next();
        expect(new WordStream([1, 2], call).below(below)).toBe(Number((BigInt(word) * BigInt(below)) >> 32n));
      }),
    );
  });
});

describe("Loader with weights", () => {
  const labels = Array.from({ length: 100 }, (_, row) => (row < 90 ? "common" : "rare"));
  const weights = balancedWeights(labels);

  it("draws classes equally often, anew each epoch and the same for the same seed", async () => {
    const make = (seed: number) =>
      new Loader({ x: numbers(100) }, { batchSize: 64, weights, rowsPerEpoch: 2000, seed });
    const loader = make(1);
    expect(loader.batchCount).toBe(32);
    const first = await read(loader.epoch(0));
    const rare = first.flat().filter((row) => row >= 90).length;
    // A binomial of 2000 draws with one half: five deviations are 112
    expect(Math.abs(rare - 1000)).toBeLessThan(112);
    expect(await read(make(1).epoch(0))).toEqual(first);
    expect(await read(make(1).epoch(1))).not.toEqual(first);
    expect(await read(make(2).epoch(0))).not.toEqual(first);
    expect(await read(loader.epoch(0).skip(30))).toEqual(first.slice(30));
  });

  it("never draws a row of weight 0, wherever it stands", async () => {
    for (const zeros of [
      [0, 0, 1, 0, 2, 0],
      [3, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 1],
    ]) {
      const rows = (
        await read(new Loader({ x: numbers(6) }, { batchSize: 50, weights: zeros, rowsPerEpoch: 50 }))
      ).flat();
      for (const row of rows) expect(zeros[row]).toBeGreaterThan(0);
    }
  });

  it("refuses weights that are none", () => {
    const make = (wrong: number[], more = {}) => [
      ...new Loader({ x: numbers(2) }, { batchSize: 1, weights: wrong, ...more }),
    ];
    expect(() => make([1])).toThrow("1 weights for 2 rows");
    expect(() => make([1, -1])).toThrow("weight of row 1 is -1");
    expect(() => make([0, 0])).toThrow(ArgumentError);
    expect(() => new Loader({ x: numbers(2) }, { batchSize: 1, rowsPerEpoch: 5 })).toThrow("Give weights too");
  });
});

/** Numbers 0 … count − 1 in chunks of these sizes. */
function* chunksOf(sizes: readonly number[]): Generator<HostBatch<"x">> {
  let from = 0;
  for (const size of sizes) {
    yield { x: numbers(size, from) };
    from += size;
  }
}

describe("StreamLoader", () => {
  const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });

  it("gives every row once an epoch, in an order that seed and epoch decide, whatever the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 20 }),
        async (some, batchSize, shuffleRows) => {
          const count = some.reduce((sum, size) => sum + size, 0);
          const options = { batchSize, shuffleRows, seed: 3 };
          const batches = await read(new StreamLoader<"x">(() => chunksOf(some), options).epoch(2));
          expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
          expect(batches.slice(0, -1).every(({ length }) => length === batchSize)).toBe(true);
          const whole = new StreamLoader<"x">(() => chunksOf([count]), options);
          expect(await read(whole.epoch(2))).toEqual(batches);
          const skipped = Math.floor(batches.length / 2);
          expect(await read(whole.epoch(2).skip(skipped))).toEqual(batches.slice(skipped));
          if (shuffleRows === 1) expect(batches.flat()).toEqual(batches.flat().sort((a, b) => a - b));
        },
      ),
      { numRuns: 40 },
    );
    const loader = new StreamLoader<"x">(() => chunksOf([100]), { batchSize: 10, shuffleRows: 50 });
    expect(await read(loader.epoch(1))).not.toEqual(await read(loader.epoch(2)));
  });

  it("holds no more than its buffer: a stream without end gives batches at once", async () => {
    let chunks = 0;
    const endless = function* () {
      for (;;) {
        chunks++;
        yield { x: numbers(10) };
      }
    };
    for await (const { x } of new StreamLoader<"x">(endless, { batchSize: 5, shuffleRows: 30 }).epoch(0)) {
      expect(x.shape).toEqual([5]);
      break;
    }
    expect(chunks).toBe(4);
  });

  it("keeps rows of all arrays together, drops a short last batch if asked, and refuses chunks that differ", async () => {
    const chunk = {
      x: numbers(7),
      pair: hostArray(
        Int32Array.from({ length: 14 }, (_, index) => index),
        [7, 2],
      ),
      id: hostArray(BigInt64Array.from([0n, 1n, 2n, 3n, 4n, 5n, 6n]), [7], "i64"),
    };
    const loader = new StreamLoader<"x" | "pair" | "id">(() => [chunk], {
      batchSize: 3,
      shuffleRows: 4,
      dropLast: true,
    });
    let batches = 0;
    for await (const { x, pair, id } of loader.hostEpoch(0)) {
      batches++;
      Array.from(x.data, Number).forEach((row, index) => {
        expect([pair.data[2 * index], pair.data[2 * index + 1], id.data[index]]).toEqual([
          2 * row,
          2 * row + 1,
          BigInt(row),
        ]);
      });
    }
    expect(batches).toBe(2);
    const differing = new StreamLoader<"x">(() => [{ x: numbers(2) }, { x: hostArray(new Float64Array(2)) }], {
      batchSize: 1,
    });
    await expect(read(differing.epoch(0))).rejects.toThrow('array "x" is f64[2] in one chunk and f32');
    expect(() => new StreamLoader<"x">(() => [], { batchSize: 0 })).toThrow(ArgumentError);
  });
});

describe("prefetch()", () => {
  it("keeps order, count and skipping, and is at most so far ahead", async () => {
    const loader = new Loader({ x: numbers(20) }, { batchSize: 3, seed: 1 });
    const expected = await read(loader.epoch(1));
    expect(await read(prefetch(loader.epoch(1), { ahead: 4 }))).toEqual(expected);
    expect(await read(prefetch(loader.epoch(1)).skip(5))).toEqual(expected.slice(5));
    expect(prefetch(loader.epoch(1)).batchCount).toBe(7);
    let made = 0;
    const source = async function* () {
      for (let index = 0; index < 10; index++) {
        made++;
        yield await Promise.resolve(index);
      }
    };
    const seen: number[] = [];
    for await (const value of prefetch(source(), { ahead: 3 })) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(value);
      expect(made).toBe(Math.min(10, seen.length + 3));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => prefetch([], { ahead: 0 })).toThrow(ArgumentError);
  });

  it("throws an error where its batch would have come, and closes the source when a loop ends early", async () => {
    let isClosed = false;
    const source = async function* (fails: boolean) {
      try {
        yield 1;
        yield 2;
        if (fails) throw new DataError("line 3");
        yield 3;
      } finally {
        isClosed = true;
      }
    };
    const seen: number[] = [];
    const readAll = async () => {
      for await (const value of prefetch(source(true), { ahead: 5 })) seen.push(value);
    };
    await expect(readAll()).rejects.toThrow("line 3");
    expect(seen).toEqual([1, 2]);
    isClosed = false;
    for await (const _ of prefetch(source(false), { ahead: 1 })) break;
    expect(isClosed).toBe(true);
  });
});

const worker = (workerData?: string) => new Worker(new URL("rowsWorker.ts", import.meta.url), { workerData });

describe("WorkerLoader", () => {
  it("gives the batches of the loader in the worker, also from the middle and several at a time", async () => {
    using loader = new WorkerLoader<"x" | "id">(() => worker());
    const own = new Loader(
      {
        x: hostArray(
          Float32Array.from({ length: 40 }, (_, index) => index),
          [20, 2],
        ),
      },
      { batchSize: 3, seed: 5 },
    );
    const expected = await read(own.epoch(1));
    expect(await read(loader.epoch(1))).toEqual(expected);
    expect(await read(loader.epoch(1).skip(4))).toEqual(expected.slice(4));
    const [first, second] = await Promise.all([read(loader.epoch(2)), read(loader.epoch(3))]);
    expect(first).toEqual(await read(own.epoch(2)));
    expect(second).toEqual(await read(own.epoch(3)));
    for await (const { id } of loader.epoch(0)) expect(id.dtype).toBe("i64");
  });

  it("is at most so far ahead, and stops when the loop does", async () => {
    const thread = worker("count");
    let [made, isClosed] = [0, false];
    const closed = new Promise<void>((resolve) => {
      thread.on("message", (message: { made?: number; isClosed?: boolean }) => {
        made = Math.max(made, message.made ?? 0);
        if (message.isClosed === true) {
          isClosed = true;
          resolve();
        }
      });
    });
    using loader = new WorkerLoader<"x">(() => thread, { ahead: 2 });
    for await (const _ of loader.epoch(1)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      // One taken, two ready, one that waits to be sent
      expect(made).toBeLessThanOrEqual(4);
      break;
    }
    await closed;
    expect(isClosed).toBe(true);
  });

  it("passes errors on, of the source and of the worker", async () => {
    using loader = new WorkerLoader<"x">(() => worker());
    const failing = read(loader.epoch(99));
    await expect(failing).rejects.toThrow(DataError);
    await expect(failing).rejects.toThrow("table.csv, line 7");
    expect((await read(loader.epoch(1))).length).toBe(7);
    await expect(read(loader.epoch(98))).rejects.toThrow("the worker ended too early (code 3)");
    using none = new WorkerLoader<"x">(() => new Worker("throw new Error('no such library')", { eval: true }));
    await expect(read(none.epoch(1))).rejects.toThrow("the worker failed. no such library");
    await expect(read(none.epoch(1))).rejects.toThrow("the worker failed");
  });

  it("works over a message channel, as between browser threads", async () => {
    const { port1, port2 } = new MessageChannel();
    const own = new Loader({ x: numbers(10) }, { batchSize: 4 });
    // A page's port has addEventListener alone
    const plain = (port: MessagePort) => ({
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => port.postMessage(message, transfer),
      addEventListener: (event: string, hear: (told: { data?: unknown }) => void) => {
        port.addEventListener(event, (told) => hear("data" in told ? { data: told.data } : {}));
        port.start();
      },
      terminate: () => port.close(),
    });
    serveBatches(plain(port2), { epoch: (epoch) => own.hostEpoch(epoch) });
    using loader = new WorkerLoader<"x">(() => plain(port1));
    expect(await read(loader.epoch(3))).toEqual(await read(own.epoch(3)));
  });
});
