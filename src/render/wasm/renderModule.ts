/** Several kernels as one WebAssembly module, with what they import. */
import type { Expression } from "../../kernel/expression.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ScalarOp } from "../../kernel/scalarOps.ts";
import { scalarOps } from "../../kernel/scalarOps.ts";
import { expressionsOf, visitExpressions, visitStatements } from "../../kernel/traverse.ts";
import { at } from "../../support/invariant.ts";
import { heldAs } from "./casts.ts";
import { ModuleWriter } from "./moduleWriter.ts";
import { renderKernel } from "./renderKernel.ts";
import { scalarForms } from "./scalarForms.ts";
import { kernelSignature } from "./team.ts";

/** A module and what its instance needs. */
export interface RenderedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Functions of JavaScript that it imports under these names: each takes and gives f64. */
  readonly imports: readonly ScalarOp[];
}

/** What the engine and the memory have. */
export interface ModuleFeatures {
  readonly isRelaxed: boolean;
  readonly isShared?: boolean;
}

/** The name that the kernel at `position` is exported by. */
export function exportName(position: number): string {
  return `k${position}`;
}

/** The module whose exports `k0`, `k1`, … run `kernels`. */
export function renderModule(
  kernels: readonly Kernel[],
  { isRelaxed, isShared = false }: ModuleFeatures,
): RenderedModule {
  const module = new ModuleWriter({ isShared });
  const needed = new Set(kernels.flatMap(importsOf));
  const imports = new Map<ScalarOp, number>();
  for (const op of needed) {
    const parameters = Array.from({ length: scalarOps[op].arity }, () => "f64" as const);
    imports.set(op, module.import(op, { parameters, results: ["f64"] }));
  }
  kernels.forEach((kernel, position) => {
    module.function(kernelSignature, renderKernel(kernel, { imports, isRelaxed }), exportName(position));
  });
  return { bytes: module.finish(), imports: [...needed] };
}

/** Operations that a kernel uses on a dtype for which WebAssembly has no form of its own. */
function importsOf(kernel: Kernel): readonly ScalarOp[] {
  const found = new Set<ScalarOp>();
  const seen = new Set<Expression>();
  const look = (part: Expression): void => {
    if (part.kind === "apply" && scalarForms[part.op][heldAs(at(part.inputs, -1).dtype)].kind === "import")
      found.add(part.op);
  };
  visitStatements(kernel.body, (statement) => visitExpressions(expressionsOf(statement), look, seen));
  return [...found];
}
