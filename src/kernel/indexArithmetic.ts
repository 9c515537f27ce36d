/**
 * Indices as sums: what an address is made of. The verifier bounds indices with it, renderers hoist the parts that a
 * loop does not change.
 */
import type { Expression } from "./expression.ts";

/** `coefficient · product of factors`; factors are neither sums nor literals. */
export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Expression[];
}

/** An i32 expression as a constant and a sum of terms, with wrapping arithmetic as i32 has it. */
export interface Sum {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** The most terms that multiplying out may give; beyond it a product stays one factor. */
const mostTerms = 16;

/** `index` multiplied out. `definitionOf` may give the value of a local, to be looked into instead of the local. */
export function sumOf(
  index: Expression,
  definitionOf: (local: number) => Expression | undefined = () => undefined,
): Sum {
  if (index.kind === "literal") return { constant: index.value, terms: [] };
  if (index.kind === "local") {
    const definition = definitionOf(index.local);
    if (definition !== undefined) return sumOf(definition, definitionOf);
  }
  if (index.kind === "apply") {
    const [a, b] = index.inputs.map((input) => (input.dtype === "i32" ? input : undefined));
    if (index.op === "negative" && a) return scale(sumOf(a, definitionOf), -1);
    if (index.op === "add" && a && b) return join(sumOf(a, definitionOf), sumOf(b, definitionOf));
    if (index.op === "subtract" && a && b) return join(sumOf(a, definitionOf), scale(sumOf(b, definitionOf), -1));
    if (index.op === "multiply" && a && b) {
      const product = multiply(sumOf(a, definitionOf), sumOf(b, definitionOf));
      if (product !== undefined) return product;
    }
  }
  return { constant: 0, terms: [{ coefficient: 1, factors: [index] }] };
}

function scale({ constant, terms }: Sum, by: number): Sum {
  if (by === 0) return { constant: 0, terms: [] };
  return {
    constant: Math.imul(constant, by),
    terms: terms.map((term) => ({ ...term, coefficient: Math.imul(term.coefficient, by) })),
  };
}

function join(a: Sum, b: Sum): Sum {
  const terms = [...a.terms];
  for (const term of b.terms) {
    const like = terms.findIndex((other) => sameFactors(other.factors, term.factors));
    const other = terms[like];
    if (other === undefined) terms.push(term);
    else terms[like] = { ...other, coefficient: (other.coefficient + term.coefficient) | 0 };
  }
  return { constant: (a.constant + b.constant) | 0, terms: terms.filter((term) => term.coefficient !== 0) };
}

function multiply(a: Sum, b: Sum): Sum | undefined {
  if (a.terms.length * b.terms.length > mostTerms) return undefined;
  let product = join(scale(b, a.constant), scale({ constant: 0, terms: a.terms }, b.constant));
  for (const x of a.terms) {
    for (const y of b.terms) {
      const term = { coefficient: Math.imul(x.coefficient, y.coefficient), factors: [...x.factors, ...y.factors] };
      product = join(product, { constant: 0, terms: [term] });
    }
  }
  return product;
}

function sameFactors(a: readonly Expression[], b: readonly Expression[]): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((factor) => {
    const place = left.findIndex((other) => sameLeaf(factor, other));
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}

function sameLeaf(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind === "local") return b.kind === "local" && a.local === b.local;
  return a.kind === "size" && b.kind === "size" && a.size === b.size;
}
