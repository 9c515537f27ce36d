/** Builds and packs the package as a release does, in a folder of its own, so that the checkout stays as it is. */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "../../tools/build.ts";
import { root } from "../../tools/source.ts";
import { runNpm } from "./project.ts";

/** A packed package. */
export interface Packed {
  readonly tarball: string;
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** Paths in the package. */
  readonly files: readonly string[];
  /** package.json as published. */
  readonly manifest: {
    readonly version: string;
    readonly scripts?: Record<string, string>;
    readonly dependencies?: Record<string, string>;
    readonly exports: Record<string, string | { types: string; default: string }>;
  };
}

/** Builds into `folder` and packs there. */
export async function packPackage(folder: string): Promise<Packed> {
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name));
  }
  buildPackage(join(folder, "dist"));
  const [packed] = JSON.parse(await runNpm(["pack", "--json"], folder)) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  const tarball = join(folder, packed.filename);
  return {
    tarball,
    bytes: statSync(tarball).size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map((file) => file.path),
    manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
  };
}
