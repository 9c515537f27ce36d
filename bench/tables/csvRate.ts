/** The row `csv-rate`: megabytes of a CSV file of numbers read and encoded in a second, on one core. */
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTableFile } from "../../src/data/index.node.ts";
import { fitEncoder } from "../../src/data/index.ts";

const rounds = 3;

/**
 * MB (1e6 bytes) a second, the best of three: from the file on disk, which the system has just written, to the rows
 * that a network takes; what the encoder subtracts and divides by was fitted before. The file has ten columns: four
 * measurements with two to six decimals, three whole numbers, and three numbers in full double precision (16, 17 digits).
 */
export async function csvRate(rows = 1_000_000): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "smilodon-csv-rate-"));
  try {
    const path = join(folder, "numbers.csv");
    await writeNumbers(path, rows);
    const { size } = await stat(path);
    const encoder = fitEncoder(await readTableFile(path));
    let best = 0;
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now();
      const encoded = encoder.encode(await readTableFile(path));
      const seconds = (performance.now() - begun) / 1000;
      if (encoded.length !== rows * 10) throw new Error(`Encoded ${encoded.length} numbers of ${rows * 10}.`);
      best = Math.max(best, size / 1e6 / seconds);
    }
    return best;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeNumbers(path: string, rows: number): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.write(`${Array.from({ length: 10 }, (_, column) => `x${column}`).join(",")}\n`);
    for (let from = 0; from < rows; from += 10_000) {
      const lines = Array.from({ length: Math.min(10_000, rows - from) }, (_, index) => lineOf(from + index));
      await file.write(`${lines.join("\n")}\n`);
    }
  } finally {
    await file.close();
  }
}

/** Numbers that look drawn at random, the same in every run. */
function lineOf(row: number): string {
  const noise = (column: number) => {
    const value = Math.sin(row * 12.9898 + column * 78.233) * 43758.5453;
    return value - Math.floor(value);
  };
  const measured = [2, 3, 4, 6].map((decimals, column) => (noise(column) * 200 - 100).toFixed(decimals));
  const whole = [100, 10_000, 1_000_000].map((most, column) => Math.floor(noise(column + 4) * most));
  const exact = [1, 1000, 1e-3].map((scale, column) => noise(column + 7) * scale);
  return [...measured, ...whole, ...exact].join(",");
}
