/**
 * Index arithmetic: indices as a constant plus multiples of loop positions. Reshapes turn into divisions; with
 * the ranges of the loops known, nearly all of them cancel here.
 */
import type { ExpressionBuilder } from "../kernel/builder.ts";
import type { Expression } from "../kernel/expression.ts";
import { inputsOf } from "../kernel/traverse.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";

/** constant + Σ coefficient · atom; atoms are loop positions and whatever is not a sum or a multiple. */
export interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<Expression, number>;
}

/** Smallest and largest value, both possible. */
export type Range = readonly [low: number, high: number];

/** The number of iterations of the loop whose position `local` is, or undefined for other locals. */
export type Extents = (local: number) => number | undefined;

/** Index arithmetic over loops of known extent. */
export class IndexArithmetic {
  readonly #builder: ExpressionBuilder;
  readonly #extents: Extents;

  constructor(builder: ExpressionBuilder, extents: Extents) {
    this.#builder = builder;
    this.#extents = extents;
  }

  /** constant + Σ factor · value, simplified. */
  sum(parts: readonly (readonly [value: Expression, factor: number])[], constant = 0): Expression {
    const forms = parts.map(([value]) => affineOf(value));
    const factors = parts.map(([, factor]) => factor);
    return this.build(recombined(addUp(forms, factors, constant)));
  }

  /** ⌊index / divisor⌋ */
  quotient(index: Expression, divisor: number): Expression {
    const split = this.#split(index, divisor);
    return split?.quotient ?? this.#builder.apply("quotient", index, this.#builder.index(divisor));
  }

  /** index − divisor · ⌊index / divisor⌋ */
  remainder(index: Expression, divisor: number): Expression {
    const split = this.#split(index, divisor);
    return split?.remainder ?? this.#builder.apply("remainder", index, this.#builder.index(divisor));
  }

  /** The expression of an affine form; atoms as they came. */
  build(form: Affine): Expression {
    let sum: Expression | undefined;
    form.terms.forEach((coefficient, atom) => {
      const term = coefficient === 1 ? atom : this.#builder.apply("multiply", atom, this.#builder.index(coefficient));
      sum = sum === undefined ? term : this.#builder.apply("add", sum, term);
    });
    if (form.constant === 0 && sum !== undefined) return sum;
    const constant = this.#builder.index(form.constant);
    return sum === undefined ? constant : this.#builder.apply("add", sum, constant);
  }

  /** Bounds of an index, from the extents of the loops it depends on. */
  rangeOf(index: Expression): Range {
    const { constant, terms } = affineOf(index);
    let [low, high] = [constant, constant];
    for (const [atom, coefficient] of terms) {
      const [least, most] = this.#rangeOfAtom(atom);
      low += Math.min(coefficient * least, coefficient * most);
      high += Math.max(coefficient * least, coefficient * most);
    }
    return [low, high];
  }

  #rangeOfAtom(atom: Expression): Range {
    const unknown: Range = [-Infinity, Infinity];
    if (atom.kind === "local") {
      const extent = this.#extents(atom.local);
      return extent === undefined ? unknown : [0, Math.max(0, extent - 1)];
    }
    if (atom.kind !== "apply") return unknown;
    const [value, divisor] = atom.inputs;
    if (value === undefined || divisor?.kind !== "literal") return unknown;
    if (atom.op === "minimum" || atom.op === "maximum") {
      const nearest = atom.op === "minimum" ? Math.min : Math.max;
      const [low, high] = this.rangeOf(value);
      return [nearest(low, divisor.value), nearest(high, divisor.value)];
    }
    if (atom.op === "remainder") return [0, divisor.value - 1];
    if (atom.op !== "quotient") return unknown;
    const [low, high] = this.rangeOf(value);
    return [Math.floor(low / divisor.value), Math.floor(high / divisor.value)];
  }

  /** Splits an index into a multiple of `divisor` and a rest that stays within one multiple, if it can. */
  #split(index: Expression, divisor: number): { quotient: Expression; remainder: Expression } | undefined {
    const { constant, terms } = affineOf(index);
    const multiples = new Map<Expression, number>();
    const rest = new Map<Expression, number>();
    for (const [atom, coefficient] of terms) {
      if (coefficient % divisor === 0) multiples.set(atom, coefficient / divisor);
      else rest.set(atom, coefficient);
    }
    const whole = Math.floor(constant / divisor);
    const remainder = this.build({ constant: constant - whole * divisor, terms: rest });
    const [low, high] = this.rangeOf(remainder);
    const extra = Math.floor(low / divisor);
    if (!Number.isFinite(extra) || extra !== Math.floor(high / divisor)) return undefined;
    return {
      quotient: this.build({ constant: whole + extra, terms: multiples }),
      remainder: this.build({ constant: constant - (whole + extra) * divisor, terms: rest }),
    };
  }
}

const knownForms = new WeakMap<Expression, Affine>();

/** An index as a constant and multiples of atoms. */
export function affineOf(index: Expression): Affine {
  if (index.kind === "literal") return { constant: index.value, terms: new Map() };
  return remember(knownForms, index, () => takenApart(index) ?? { constant: 0, terms: new Map([[index, 1]]) });
}

/** The form of a sum or a multiple, which is what asks to be taken apart. */
function takenApart(index: Expression): Affine | undefined {
  if (index.kind !== "apply" || index.dtype !== "i32") return undefined;
  const [a, b] = index.inputs;
  if (a === undefined || b === undefined) return undefined;
  if (index.op === "add" || index.op === "subtract") {
    const sign = index.op === "add" ? 1 : -1;
    return addUp([affineOf(a), affineOf(b)], [1, sign], 0);
  }
  if (index.op !== "multiply") return undefined;
  if (b.kind === "literal") return addUp([affineOf(a)], [b.value], 0);
  return a.kind === "literal" ? addUp([affineOf(b)], [a.value], 0) : undefined;
}

/** constant + Σ factor · form */
function addUp(forms: readonly Affine[], factors: readonly number[], constant: number): Affine {
  const terms = new Map<Expression, number>();
  let total = constant;
  forms.forEach((form, position) => {
    const factor = at(factors, position);
    total += factor * form.constant;
    form.terms.forEach((coefficient, atom) => {
      const sum = (terms.get(atom) ?? 0) + factor * coefficient;
      if (sum === 0) terms.delete(atom);
      else terms.set(atom, sum);
    });
  });
  return { constant: total, terms };
}

/** d·⌊x / d⌋ + (x mod d) is x: what one reshape takes apart, the next puts together. */
function recombined(form: Affine): Affine {
  if (form.terms.size < 2) return form;
  for (const [atom, coefficient] of form.terms) {
    if (atom.kind !== "apply" || atom.op !== "quotient") continue;
    const [value, divisor] = atom.inputs;
    if (value === undefined || divisor?.kind !== "literal") continue;
    for (const [other, factor] of form.terms) {
      const isRest =
        other.kind === "apply" && other.op === "remainder" && other.inputs[0] === value && other.inputs[1] === divisor;
      if (!isRest || factor * divisor.value !== coefficient) continue;
      const terms = new Map(form.terms);
      terms.delete(atom);
      terms.delete(other);
      return recombined(addUp([{ constant: form.constant, terms }, affineOf(value)], [1, factor], 0));
    }
  }
  return form;
}

/** The coefficient of loop position `local` in an index; undefined where the index depends on it in another way. */
export function coefficientOf(index: Expression, local: number): number | undefined {
  let coefficient = 0;
  for (const [atom, factor] of affineOf(index).terms) {
    if (atom.kind === "local" && atom.local === local) coefficient += factor;
    else if (dependsOn(atom, local)) return undefined;
  }
  return coefficient;
}

/** Does the value of `expression` depend on `local`? */
export function dependsOn(expression: Expression, local: number, seen = new Set<Expression>()): boolean {
  if (expression.kind === "local") return expression.local === local;
  if (seen.has(expression)) return false;
  seen.add(expression);
  return inputsOf(expression).some((input) => dependsOn(input, local, seen));
}

/** Strides of a dense tensor, paired with its indices. */
export function flatten(
  arithmetic: IndexArithmetic,
  indices: readonly Expression[],
  shape: readonly number[],
): Expression {
  let stride = 1;
  const parts: [Expression, number][] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    parts.unshift([at(indices, axis), stride]);
    stride *= at(shape, axis);
  }
  return arithmetic.sum(parts);
}
