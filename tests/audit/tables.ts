/** Real tables for checks, where SMILODON_DATA has them, and tables made on the spot. */
import { existsSync, readFileSync } from "node:fs";
import { type Column, readTable, Table, textColumn } from "../../src/data/index.ts";
import { threefry } from "../../src/support/threefry.ts";

const folder = process.env.SMILODON_DATA;

/** Path of a real table; undefined where it is not at hand. */
export function tablePath(name: string): string | undefined {
  const path = folder === undefined ? undefined : `${folder}/tabular/${name}`;
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Reads a real table whose missing cells are empty, NA or a question mark. */
export function readReal(path: string): Table {
  return readTable(readFileSync(path, "utf8"), { missing: ["", "NA", "?"] });
}

/** A number in [0, 1) that belongs to `index` and `key`. */
export function draw(index: number, key: number): number {
  return threefry([key, 77], [index, 0])[0] / 2 ** 32;
}

/** A table of columns: numbers or text. */
export function tableOf(columns: Readonly<Record<string, readonly number[] | readonly string[]>>): Table {
  return new Table(
    new Map(
      Object.entries(columns).map(([name, values]): [string, Column] => {
        const numbers = values.filter((value) => typeof value === "number");
        if (numbers.length === values.length) return [name, { kind: "number", values: Float64Array.from(numbers) }];
        return [name, textColumn(values.map(String))];
      }),
    ),
  );
}

/** `count` values made by `make` from the row. */
export function rowsOf<Value>(count: number, make: (row: number) => Value): Value[] {
  return Array.from({ length: count }, (_, row) => make(row));
}
