/** Builds the playground once for all tests of the project `browser`, which take its folder with `inject("site")`. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildPlayground } from "../../tools/playground.ts";

declare module "vitest" {
  interface ProvidedContext {
    site: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-playground-")));
  await buildPlayground(folder);
  project.provide("site", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
