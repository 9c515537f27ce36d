/** The C that kernels are written against, as much of it as they use. */
import { type CpuFeatures, vectorBytesOf } from "../features.ts";
import { scalarPrelude } from "./scalars.ts";
import { type FunctionList, shuffleMacro, vectorFunctions, vectorTypes, type Width } from "./vectors.ts";
import { addAvx2, addAvx512, addFused } from "./x86.ts";

/** What has to stand before `code`, which uses vectors of `widths` lanes. */
export function preludeOf(features: CpuFeatures, widths: readonly number[], code: string): string {
  const isX86 = features.isa === "avx512" || features.isa === "avx2";
  const parts = [...(isX86 ? ["#include <immintrin.h>"] : []), scalarPrelude, shuffleMacro];
  for (const lanes of widths) {
    const width: Width = {
      lanes,
      hasWide: lanes * 8 <= vectorBytesOf[features.isa],
      hasBitMasks: features.isa === "avx512",
    };
    parts.push(vectorTypes(width), ...usedIn(code, functionsOf(features, width)));
  }
  return `${parts.join("\n")}\n`;
}

function functionsOf({ isa, fma }: CpuFeatures, width: Width): FunctionList {
  const list = vectorFunctions(width);
  if (isa === "avx512") addAvx512(list, width);
  if (isa === "avx2") {
    addAvx2(list, width);
    if (fma)
      for (const held of width.hasWide ? (["f32", "f64"] as const) : (["f32"] as const))
        addFused(list, width.lanes, held);
  }
  return list;
}

/** The functions that `code` names, and those that they name, each after those that it uses. */
function usedIn(code: string, { texts }: FunctionList): readonly string[] {
  const found = new Set<string>();
  const look = (text: string): void => {
    for (const [name] of text.matchAll(/\w+x\d+|\w+_b\d+/g)) {
      const body = found.has(name) ? undefined : texts.get(name);
      if (body === undefined || body === text) continue;
      look(body);
      found.add(name);
    }
  };
  look(code);
  return [...found].map((name) => texts.get(name) ?? "");
}
