/** Packs the package once for all tests of the project `package`, which take it with `inject("packed")`. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Packed, packPackage } from "./packed.ts";

declare module "vitest" {
  interface ProvidedContext {
    packed: Packed;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-packed-")));
  project.provide("packed", await packPackage(folder));
  return () => rmSync(folder, { recursive: true, force: true });
}
