/**
 * How much the compiler is to think about a kernel. Tiles of products gain 5 to 10 % by -O2; kernels that mostly move memory, such as
 * copies, normalizations and updates, run as fast with -O1, which takes the compiler two thirds of the time. So do sums of products that
 * are taken from memory and added to: the positions of a kernel are neighbours that -O2 would carry from one step to the next, in
 * registers, from where a number reaches all lanes by the way that products need; they take two thirds of the time without.
 */
import type { Expression } from "../../kernel/expression.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { expressionsOf, visitExpressions, visitStatements } from "../../kernel/traverse.ts";
import { isFloat } from "../../shape/dtype.ts";

/** An optimization flag, which gcc and clang share. */
export type Effort = "-O1" | "-O2";

/** Streams and polynomials have this many products, tiles this many sums of products side by side. */
const manyProducts = 8;
const manySums = 3;

/** The flag that `kernel` is compiled with. */
export function effortFor({ body }: Kernel): Effort {
  let [products, sums, resumed] = [0, 0, 0];
  const initials = new Map<number, Expression>();
  const seen = new Set<Expression>();
  const isProduct = (value: Expression) => value.kind === "apply" && value.op === "multiply";
  const count = (value: Expression): void => {
    if (isProduct(value) && isFloat(value.dtype)) products++;
  };
  visitStatements(body, (statement) => {
    if (statement.kind === "multiply") products += manyProducts;
    if (statement.kind === "carry") initials.set(statement.local, statement.initial);
    if (statement.kind === "accumulate" && isProduct(statement.value)) {
      sums++;
      if (initials.get(statement.local)?.kind === "load") resumed++;
    }
    visitExpressions(expressionsOf(statement), count, seen);
  });
  if (sums > 0 && resumed === sums) return "-O1";
  return products >= manyProducts || sums >= manySums ? "-O2" : "-O1";
}
