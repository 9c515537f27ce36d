/**
 * Tiles that were measured to be best for products on this machine (`runtime/tuneProducts.node.ts`), one small file for each CPU,
 * compiler and set of features, beside the kernels in the cache folder. The device reads it when it is made.
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProductTiles } from "../../kernel/target.ts";
import { type CacheFolder, hashOf, isOwn } from "./cacheFolder.node.ts";
import type { Compiler } from "./compiler.node.ts";
import type { Cpu } from "./cpuFeatures.node.ts";

/** What the choice was measured with. */
export interface Measured {
  readonly folder: CacheFolder;
  readonly compiler: Compiler;
  readonly cpu: Cpu;
}

/** What was found: tiles, or why what lies there is not used, or neither. */
export interface Found {
  readonly tiles?: ProductTiles;
  readonly complaint?: string;
}

/** What each number may be. More than this no machine has; less would be slow, and a file that says so is none of ours. */
const ranges: { readonly [K in keyof ProductTiles]: readonly [least: number, most: number] } = {
  rows: [2, 32],
  vectors: [1, 4],
  inner: [2 ** 10, 2 ** 24],
  held: [2 ** 12, 2 ** 30],
};

/** The tiles that were measured on this machine. A file that is damaged or somebody else's is not used. */
export function readTiles(measured: Measured): Found {
  const path = pathOf(measured);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return {};
  const unusable = (why: string): Found => ({
    complaint: `${path} ${why}: products are cut as usual. smilodon tune writes it anew.`,
  });
  if (!isOwn(found)) return unusable("is not this user's alone");
  try {
    const tiles = checked(JSON.parse(readFileSync(path, "utf8")));
    return tiles === undefined ? unusable("does not say how to cut products") : { tiles };
  } catch {
    return unusable("cannot be read");
  }
}

/** Keeps `tiles` for devices to come; undefined: they are to do as usual. Returns where it is kept. */
export function keepTiles(measured: Measured, tiles: ProductTiles | undefined): string {
  const path = pathOf(measured);
  if (tiles === undefined) {
    rmSync(path, { force: true });
    return path;
  }
  const temporary = measured.folder.temporary(".tiles");
  writeFileSync(temporary, `${JSON.stringify(tiles)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
  return path;
}

function pathOf({ folder, compiler, cpu }: Measured): string {
  const key = hashOf("tiles", compiler.identity, cpu.identity, JSON.stringify(cpu.features));
  return join(folder.path, `${key}.tiles`);
}

function checked(value: unknown): ProductTiles | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = new Map<string, unknown>(Object.entries(value));
  const number = (name: keyof ProductTiles): number => {
    const [least, most] = ranges[name];
    const each = given.get(name);
    return typeof each === "number" && Number.isInteger(each) && each >= least && each <= most ? each : Number.NaN;
  };
  const tiles = { rows: number("rows"), vectors: number("vectors"), inner: number("inner"), held: number("held") };
  const isWhole = Object.values(tiles).every((each) => !Number.isNaN(each)) && [1, 2, 4].includes(tiles.vectors);
  return isWhole ? tiles : undefined;
}
