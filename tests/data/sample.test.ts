/** What is kept of rows that memory does not hold: a sample of fixed size, and facts of all of them. */
import { describe, expect, test } from "vitest";
import { TableFacts } from "../../src/data/columnFacts.ts";
import { Frequencies } from "../../src/data/frequencies.ts";
import { fitEncoder, inferKinds, readTable, type Table } from "../../src/data/index.ts";
import { RowSample } from "../../src/data/rowSample.ts";
import { rowKeys } from "../../src/data/shuffle.ts";

/** `count` rows, of which the last alone has kind "rare" and size 1000. */
function animals(count: number): Table {
  const lines = Array.from({ length: count }, (_, row) => {
    const isLast = row === count - 1;
    return `${isLast ? 1000 : row % 50},${isLast ? "rare" : `kind${row % 3}`},${row % 2},${row % 7 === 3 ? "" : row % 4}`;
  });
  return readTable(`size,kind,tame,legs\n${lines.join("\n")}\n`);
}

function* chunksOf(table: Table, size: number): Generator<{ chunk: Table; first: number }> {
  for (let first = 0; first < table.rowCount; first += size) {
    const length = Math.min(size, table.rowCount - first);
    yield { chunk: table.select(Uint32Array.from({ length }, (_, row) => first + row)), first };
  }
}

/** The sample of `table` that comes in chunks of `size` rows, and how many rows were dropped. */
function sampleOf(table: Table, size: number, capacity = 40) {
  let dropped = 0;
  const facts = new TableFacts();
  const sample = new RowSample({
    capacity,
    onDrop: (part, rows) => {
      dropped += rows.length;
      facts.add(part, rows);
    },
  });
  for (const { chunk, first } of chunksOf(table, size))
    sample.offer(
      chunk,
      Uint32Array.from({ length: chunk.rowCount }, (_, row) => row),
      rowKeys(first, chunk.rowCount, 5),
    );
  return { ...sample.finish(), dropped, facts: facts.facts };
}

describe("RowSample", () => {
  const table = animals(1000);

  test("keeps the rows with the smallest keys, the same in chunks of any size", () => {
    const whole = sampleOf(table, 1000);
    const all = rowKeys(0, 1000, 5);
    expect(Array.from(whole.keys)).toEqual(Array.from(all.toSorted().subarray(0, 40)));
    expect(whole.dropped).toBe(960);
    const firstRow = all.indexOf(whole.keys[0] ?? 0);
    expect(whole.table.place(0)).toBe(table.place(firstRow));
    for (const size of [1, 7, 64, 999]) {
      const parts = sampleOf(table, size);
      expect(parts.dropped).toBe(960);
      expect(Array.from(parts.keys)).toEqual(Array.from(whole.keys));
      for (const name of table.names) expect(parts.table.texts(name)).toEqual(whole.table.texts(name));
      expect(Array.from(parts.table.lines ?? [])).toEqual(Array.from(whole.table.lines ?? []));
    }
  });

  test("keeps everything where there is room, and no category that no row has", () => {
    const { table: kept, dropped } = sampleOf(table, 100, 5000);
    expect([kept.rowCount, dropped]).toEqual([1000, 0]);
    const kind = sampleOf(table, 100, 3).table.column("kind");
    expect(kind.kind === "text" && kind.categories.length <= 3).toBe(true);
  });

  test("draws each row equally likely", () => {
    const times = new Uint32Array(20);
    for (let seed = 0; seed < 2000; seed++) {
      const keys = rowKeys(0, 20, seed);
      const limit = keys.toSorted()[5] ?? 0;
      keys.forEach((key, row) => key < limit && (times[row] = (times[row] ?? 0) + 1));
    }
    // 500 each; five deviations of √(2000 · ¼ · ¾) = 19.4
    for (const count of times) expect(Math.abs(count - 500)).toBeLessThan(97);
  });
});

describe("facts of all rows", () => {
  const table = animals(1000);
  const facts = new TableFacts();
  for (const { chunk } of chunksOf(table, 37))
    facts.add(
      chunk,
      Uint32Array.from({ length: chunk.rowCount }, (_, row) => row),
    );

  test("count what is missing, how far numbers reach and how often cells occur", () => {
    const found = facts.facts;
    expect(found.get("size")).toMatchObject({ rows: 1000, missing: 0, lowest: 0, highest: 1000, isExact: true });
    expect(found.get("legs")?.missing).toBe(143);
    expect(Object.fromEntries(found.get("kind")?.counts ?? [])).toEqual({
      kind0: 333,
      kind1: 333,
      kind2: 333,
      rare: 1,
    });
  });

  test("make the kinds and the encoder those of the whole table, but for medians and quartiles", () => {
    const some = table.select(Uint32Array.from({ length: 200 }, (_, row) => 2 * row));
    // Even rows only: here tame is always 0, nothing but the facts can tell
    const whole = facts.facts;
    expect(inferKinds(some, { whole }).map(({ kind }) => kind)).toEqual(inferKinds(table).map(({ kind }) => kind));
    expect(inferKinds(some).map(({ kind }) => kind)).not.toEqual(inferKinds(table).map(({ kind }) => kind));
    const [all, sampled] = [fitEncoder(table), fitEncoder(some, { whole })];
    expect(sampled.features).toEqual(all.features);
    const [size, kind, tame] = [0, 1, 2].map((part) => [all.state.parts[part], sampled.state.parts[part]]);
    expect(kind?.[1]).toEqual(kind?.[0]);
    expect(tame?.[1]).toEqual(tame?.[0]);
    expect(size?.[1]).toMatchObject({ isCompressed: true });
  });

  test("do without a column that no row has a value in, and with one that the sample has none in", () => {
    const rows = readTable("a,b,c\n,1,x\n,2,\n5,3,y\n7,4,z\n", { kinds: { a: "number" } });
    const told = new TableFacts();
    told.add(rows, [0, 1, 2, 3]);
    const encoder = fitEncoder(rows.select([0, 1]), { whole: told.facts });
    expect(encoder.features.map(({ name, width }) => [name, width])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 2],
    ]);
    expect(encoder.state.parts[0]).toMatchObject({ center: 6, hasMissing: true });
  });
});

test("Frequencies are exact while few texts differ, and find the frequent ones among very many", () => {
  const few = new Frequencies(10);
  for (let time = 0; time < 100; time++) few.add(`text${time % 7}`, 2);
  expect([few.counts.get("text0"), few.missed]).toEqual([30, 0]);
  const many = new Frequencies(100);
  const truth = 5000;
  for (let time = 0; time < 20_000; time++) many.add(time % 4 === 0 ? "often" : `once${time}`, 1);
  expect(many.counts.size).toBeLessThanOrEqual(200);
  const found = many.counts.get("often") ?? 0;
  expect(found).toBeLessThanOrEqual(truth);
  expect(found + many.missed).toBeGreaterThanOrEqual(truth);
  // The bound of Misra and Gries: all times over the texts that fit
  expect(many.missed).toBeLessThanOrEqual(20_000 / 100);
});
