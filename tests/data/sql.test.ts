import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTable } from "../../src/data/readTable.ts";
import { openTableFile, readTableFile, writeTableFile } from "../../src/data/tableFile.node.ts";
import { UnsupportedError } from "../../src/support/errors.ts";

// An optional package: .ci/run installs it beside the project and says where, since it is not in the lock file.
const from =
  process.env.SMILODON_DUCKDB === undefined ? import.meta.url : join(process.env.SMILODON_DUCKDB, "package.json");
let isThere = true;
try {
  createRequire(from).resolve("@duckdb/node-api");
} catch {
  isThere = false;
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smilodon-sql-"));
  const csv = "id,length,species,born\n1,110.5,cat,2020-05-01\n2,NA,dog,2021-06-30\n3,205,dog,2021-07-01\n";
  await writeTableFile(join(folder, "bones.csv"), readTable(csv));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!isThere)("an SQL query (skipped where @duckdb/node-api is not installed: see SMILODON_DUCKDB)", () => {
  const read = (query: string, options = {}) => readTableFile(join(folder, "bones.csv"), { query, ...options });

  it("reads the file as table data, whole and in chunks", async () => {
    const query =
      "SELECT length, species, born, id > 1 AS later, id::DECIMAL(5,2) / 4 AS part FROM data ORDER BY id DESC";
    const table = await read(query);
    expect([...table.numbers("length")]).toEqual([205, Number.NaN, 110.5]);
    expect(table.texts("species")).toEqual(["dog", "dog", "cat"]);
    expect(table.texts("born")).toEqual(["2021-07-01", "2021-06-30", "2020-05-01"]);
    expect(table.texts("later")).toEqual(["true", "true", "false"]);
    expect([...table.numbers("part")]).toEqual([0.75, 0.5, 0.25]);
    const sizes: number[] = [];
    const source = await openTableFile(join(folder, "bones.csv"), { query, rows: 2 });
    for (let round = 0; round < 2; round++) for await (const chunk of source) sizes.push(chunk.rowCount);
    expect(sizes).toEqual([2, 1, 2, 1]);
  });

  it("keeps large whole numbers, times and many rows", async () => {
    const large = await read(
      "SELECT 9007199254740993 AS id, TIMESTAMP '2024-02-29 13:45:06.5' AS at, 7::HUGEINT AS huge",
    );
    expect(large.texts("id")).toEqual(["9007199254740993"]);
    expect(large.texts("at")).toEqual(["2024-02-29 13:45:06.5"]);
    expect([...large.numbers("huge")]).toEqual([7]);
    const many = await read("SELECT range AS n, 'row ' || range % 10 AS word FROM range(100000)");
    expect([many.rowCount, many.numbers("n").at(-1), many.texts("word")[25]]).toEqual([100_000, 99_999, "row 5"]);
  });

  it("says what is wrong, beginning with the file", async () => {
    await expect(read("SELECT lenght FROM data")).rejects.toThrow(/bones\.csv: SQL: .*lenght/s);
    await expect(read("SELECT [1, 2] AS list")).rejects.toThrow('column "list" has type INTEGER[]');
    await expect(read("SELECT 1 AS a, 2 AS a")).rejects.toThrow('two columns are named "a"');
    await expect(read("SELECT 1 AS a", { kinds: { b: "number" } })).rejects.toThrow('SQL: there is no column "b"');
  });
});

describe("without DuckDB", () => {
  it("a query says what to install", async () => {
    const before = process.env.SMILODON_DUCKDB;
    process.env.SMILODON_DUCKDB = folder;
    try {
      const query = readTableFile(join(folder, "bones.csv"), { query: "SELECT 1" });
      await expect(query).rejects.toThrow(UnsupportedError);
      await expect(query).rejects.toThrow("npm install @duckdb/node-api");
    } finally {
      if (before === undefined) delete process.env.SMILODON_DUCKDB;
      else process.env.SMILODON_DUCKDB = before;
    }
  });
});
