/**
 * One model folder, in Node and in Chromium, on WebAssembly: the largest difference of their predictions. 0 is what is
 * promised; undefined where there is no Chromium.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readTable } from "../../src/data/index.ts";
import { load } from "../../src/systems/index.node.ts";
import type { Answer, Row } from "../../src/systems/index.ts";
import { saveTabular } from "../../src/systems/tabular/folder.node.ts";
import { trainTable } from "../../src/systems/tabular/index.ts";
import { findChromium, openPage } from "../../tests/package/page.ts";

const entry = fileURLToPath(new URL("../../src/systems/index.ts", import.meta.url));

/** Numbers of an answer that have to agree; text has to be equal. */
type Numbers = readonly (number | string)[];

/** Largest difference between predictions for `count` rows, for classes and for numbers; NaN where answers differ in kind. */
export async function measurePageParity(count = 400): Promise<number | undefined> {
  const chromium = findChromium();
  if (chromium === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "page-parity-"));
  try {
    const rows = exampleRows(count, 1000);
    await writeFile(join(folder, "rows.json"), JSON.stringify(rows));
    const expected: Record<string, Numbers[]> = {};
    for (const target of ["kind", "price"]) {
      const { system } = await trainTable(readTable(exampleTable(300)), {
        target,
        fast: true,
        choices: { epochs: 4 },
        exclude: [target === "kind" ? "price" : "kind"],
      });
      await saveTabular(join(folder, target), system);
      expected[target] = (await (await load(join(folder, target))).predict(rows)).map(numbersOf);
    }
    await makePage(folder);
    const { outcome } = await openPage(folder, chromium, { isIsolated: false });
    return largestDifference(expected, outcome);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePage(folder: string): Promise<void> {
  const program = `
    import { loadFrom } from ${JSON.stringify(entry)};
    const rows = await (await fetch("rows.json")).json();
    const outcome = {};
    for (const target of ["kind", "price"]) outcome[target] = (await (await loadFrom(target)).predict(rows)).map(${numbersOf.toString()});
    document.body.dataset.outcome = JSON.stringify(outcome);
  `;
  await build({
    stdin: { contents: program, resolveDir: folder },
    outfile: join(folder, "page.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    logLevel: "error",
  });
  const page = '<link rel="icon" href="data:,"><body><script type="module" src="page.js"></script></body>';
  await writeFile(join(folder, "index.html"), page);
}

/** What is compared; it also runs in the page, so it stands alone. */
function numbersOf(answer: Answer): (number | string)[] {
  if (!answer.inScope) return ["withheld", answer.distance];
  if ("label" in answer)
    return [answer.label, answer.distance, ...Object.values(answer.probabilities), answer.set.join()];
  return ["number", answer.distance, answer.value, ...answer.interval];
}

function largestDifference(expected: Readonly<Record<string, Numbers[]>>, found: unknown): number {
  let largest = 0;
  for (const [target, answers] of Object.entries(expected)) {
    const others: unknown = typeof found === "object" && found !== null ? Reflect.get(found, target) : undefined;
    if (!Array.isArray(others) || others.length !== answers.length) return Number.NaN;
    answers.forEach((answer, row) => {
      answer.forEach((value, place) => {
        const other: unknown = others[row]?.[place];
        if (typeof value === "number" && typeof other === "number")
          largest = Math.max(largest, Math.abs(value - other));
        else if (value !== other) largest = Number.NaN;
      });
    });
  }
  return largest;
}

function exampleRows(count: number, first: number): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const row = first + index;
    return {
      size: Math.round(1000 * (10 + 9 * Math.sin(row * row))) / 1000,
      colour: row % 13 === 0 ? null : (["red", "blue", "green"][row % 3] ?? null),
      made: `20${String(10 + (row % 15)).padStart(2, "0")}-0${1 + (row % 9)}-1${row % 9}`,
    };
  });
}

function exampleTable(count: number): string {
  const lines = exampleRows(count, 0).map(({ size, colour, made }, row) => {
    const isLarge = Number(size) + (colour === "red" ? 3 : 0) > 11;
    return `${size},${colour ?? ""},${made},${isLarge ? "large" : "small"},${(Number(size) ** 2 + (row % 7)).toFixed(2)}`;
  });
  return `size,colour,made,kind,price\n${lines.join("\n")}\n`;
}

if (import.meta.main) process.stdout.write(`${await measurePageParity()}\n`);
