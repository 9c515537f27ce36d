/**
 * What the code of Smilodon itself is, for keys of what it has made: plans and kernels that were kept serve as long as the
 * code that makes them is the same, whatever its version says.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOf } from "./cacheFolder.node.ts";

/** What decides how a kernel is written. */
const kernelFolders = ["support", "shape", "kernel", "render"] as const;
/** What decides, besides, into which plan a graph is compiled. */
const planFolders = ["graph", "compile"] as const;

const root = fileURLToPath(new URL("../../", import.meta.url));
let known: OwnCode | undefined;

/** Hashes of code by what it makes; undefined where it does not lie in its folders, as in a bundle. */
export interface OwnCode {
  readonly kernels: string | undefined;
  readonly plans: string | undefined;
}

/** The code that this process runs. */
export function ownCode(): OwnCode {
  if (known !== undefined) return known;
  const kernels = contentOf(kernelFolders);
  const plans = contentOf(planFolders);
  known = { kernels, plans: kernels && plans && hashOf(kernels, plans) };
  return known;
}

function contentOf(folders: readonly string[]): string | undefined {
  try {
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
    );
    const code = files.filter((name) => /\.[jt]s$/.test(name)).sort();
    return code.length === 0 ? undefined : hashOf(...code.flatMap((name) => [name, readFileSync(join(root, name))]));
  } catch {
    return undefined;
  }
}
