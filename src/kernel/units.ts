/**
 * How a kernel can be run in pieces. Iterations of its outer loops that do not depend on each other are counted through as
 * units: any split of the units 0 … n between calls, in any order or at once, gives the same bits as one call.
 * `cost.ts` says how much work they are; `render/wasm` writes functions that take a range of units.
 */
import type { Expression } from "./expression.ts";
import { numberOf } from "./indexRanges.ts";
import type { Statement } from "./kernel.ts";
import { expressionsOf, visitExpressions, visitStatements } from "./traverse.ts";

type Loop = Extract<Statement, { kind: "loop" }>;

/** A loop whose iterations are units, or, where there are loops `inside`, whose iterations hold units. */
export interface DividedLoop {
  readonly loop: Loop;
  readonly inside: readonly DividedLoop[];
}

/**
 * The loops of `body` that count units, one after the other; none where the body has to run as a whole. Beside them it only
 * names values, which every piece computes for itself.
 */
export function dividedLoops(body: readonly Statement[]): readonly DividedLoop[] {
  const loops: DividedLoop[] = [];
  for (const statement of body) {
    if (statement.kind === "let") continue;
    if (statement.kind !== "loop" || statement.mode === "serial" || !hasKnownBounds(statement)) return [];
    loops.push({ loop: statement, inside: statement.mode === "parallel" ? dividedLoops(statement.body) : [] });
  }
  return loops.length > 1 && depend(loops) ? [] : loops;
}

/** Iterations of `loop` in one unit: a vector loop is only split between whole vectors. */
export function iterationsInUnit(loop: Loop): number {
  return loop.mode === "vector" ? loop.lanes : loop.step;
}

/** The number of units that `loops` have when a kernel is launched with `sizes`. */
export function countUnits(loops: readonly DividedLoop[], sizes: readonly number[]): number {
  let units = 0;
  for (const { loop, inside } of loops) {
    const extent = Math.max(0, (numberOf(loop.stop, sizes) ?? 0) - (numberOf(loop.start, sizes) ?? 0));
    units += Math.ceil(extent / iterationsInUnit(loop)) * (inside.length > 0 ? countUnits(inside, sizes) : 1);
  }
  return units;
}

function hasKnownBounds({ start, stop }: Loop): boolean {
  let isKnown = true;
  visitExpressions([start, stop], (part) => {
    if (part.kind !== "literal" && part.kind !== "size" && part.kind !== "apply") isKnown = false;
  });
  return isKnown;
}

/** May one loop read what another one writes? */
function depend(loops: readonly DividedLoop[]): boolean {
  const [read, written] = [new Set<number>(), new Set<number>()];
  const seen = new Set<Expression>();
  visitStatements(
    loops.map(({ loop }) => loop),
    (statement) => {
      if (statement.kind === "store") written.add(statement.buffer);
      if (statement.kind === "multiply") {
        written.add(statement.buffers[0]);
        for (const buffer of statement.buffers) read.add(buffer);
      }
      visitExpressions(expressionsOf(statement), (part) => part.kind === "load" && read.add(part.buffer), seen);
    },
  );
  return [...written].some((buffer) => read.has(buffer));
}
