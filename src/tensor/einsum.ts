/** Sums of products in Einstein's notation: users name the axes, `contract` does the work. `linear.ts` has the named special cases. */
import { node, withOneOrigin } from "../graph/node.ts";
import { showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { where } from "./comparison.ts";
import { eye } from "./creation.ts";
import { contractNamed, type NamedOperand } from "./linear.ts";
import { whence } from "./operands.ts";
import { Tensor } from "./tensor.ts";

/**
 * The sum of products that `equation` says: a letter an axis, operands separated by commas, the axes of the result
 * after `->` (without it: the letters that occur once, in the order of the alphabet). Letters that the result lacks
 * are summed; a letter twice in one operand is its diagonal; `...` stands for further axes, which broadcast.
 * More than two operands are multiplied from left to right.
 * @throws ArgumentError where the equation does not fit the operands, ShapeError where sizes of one letter differ.
 *
 * @example
 * ```ts
 * import { einsum, ones } from "smilodon";
 * const queries = ones([2, 8, 16, 4]);
 * const keys = ones([2, 8, 32, 4]);
 * console.log(einsum("bhqd,bhkd->bhqk", queries, keys).shape); // [2, 8, 16, 32]
 * ```
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  return withOneOrigin(() => {
    const { inputs, output } = parseEquation(equation, tensors);
    checkSizes(equation, inputs, tensors);
    let product: NamedOperand | undefined;
    inputs.forEach((names, index) => {
      const operand = takeDiagonals({ tensor: at(tensors, index), names });
      const later = new Set([...output, ...inputs.slice(index + 1).flat()]);
      product = product === undefined ? operand : multiplyNamed(product, operand, later);
    });
    if (product === undefined) throw new ArgumentError(`einsum: "${equation}" has no operands.`, { equation });
    return arrange(product, output);
  });
}

interface Equation {
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
}

/** Letters are named by their character codes, axes of the dots by negative numbers that count from the end. */
function parseEquation(equation: string, tensors: readonly Tensor[]): Equation {
  const [left = "", right, ...more] = equation.replace(/\s+/g, "").split("->");
  const terms = left.split(",");
  const isTerm = (term: string) => /^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term);
  if (more.length > 0 || ![...terms, right ?? ""].every(isTerm)) {
    throw new ArgumentError(
      `einsum: "${equation}" is no equation like "ij,jk->ik": letters for axes, commas between operands, one arrow, dots at most once an operand.`,
      { equation },
    );
  }
  if (terms.length !== tensors.length)
    throw new ArgumentError(`einsum: "${equation}" names ${terms.length} operands and ${tensors.length} were given.`, {
      equation,
    });
  const inputs = terms.map((term, index) => nameAxes(equation, term, at(tensors, index)));
  const dots = Math.max(0, ...inputs.flat().map((name) => -name));
  const used = new Set(inputs.flat());
  const output = right === undefined ? onceUsed(inputs.flat()) : expandTerm(right, dots);
  const unknown = output.find((name, index) => !used.has(name) || output.indexOf(name) !== index);
  if (unknown !== undefined)
    throw new ArgumentError(
      `einsum: the result of "${equation}" names an axis ("${unknown < 0 ? "..." : String.fromCharCode(unknown)}") twice, or one that no operand has.`,
      { equation },
    );
  return { inputs, output };
}

function nameAxes(equation: string, term: string, tensor: Tensor): readonly number[] {
  const letters = term.replace("...", "").length;
  const dots = tensor.rank - letters;
  if (dots < 0 || (dots > 0 && !term.includes("..."))) {
    throw new ArgumentError(
      `einsum: "${term}" in "${equation}" names ${letters} axes and the tensor of shape ${showShape(tensor.shape)} has ${tensor.rank}.${whence([tensor])}`,
      { equation, shape: tensor.shape },
    );
  }
  return expandTerm(term, dots);
}

function expandTerm(term: string, dots: number): readonly number[] {
  const [before = "", after] = term.split("...");
  const codes = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));
  if (after === undefined) return codes(before);
  return [...codes(before), ...Array.from({ length: dots }, (_, index) => index - dots), ...codes(after)];
}

/** Without an arrow: axes of the dots, then letters that occur once. */
function onceUsed(names: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.keys()].filter((name) => name < 0 || counts.get(name) === 1).sort((a, b) => a - b);
}

function checkSizes(equation: string, inputs: readonly (readonly number[])[], tensors: readonly Tensor[]): void {
  const sizes = new Map<number, number>();
  inputs.forEach((names, index) => {
    names.forEach((name, axis) => {
      const size = at(at(tensors, index).shape, axis);
      const known = sizes.get(name);
      const isBroadcast = name < 0 && (size === 1 || known === 1);
      if (known !== undefined && known !== size && !isBroadcast) {
        throw new ShapeError(
          `einsum: axis "${name < 0 ? "..." : String.fromCharCode(name)}" of "${equation}" has size ${known} and size ${size}; shapes are ` +
            `${tensors.map(({ shape }) => showShape(shape)).join(" and ")}.${whence(tensors)}`,
          { equation, shapes: tensors.map(({ shape }) => shape) },
        );
      }
      sizes.set(name, known === undefined || known === 1 ? size : known);
    });
  });
}

/** A name that stands twice keeps its first axis: everything off the diagonal becomes 0 and the second axis is summed. */
function takeDiagonals({ tensor, names }: NamedOperand): NamedOperand {
  const second = names.findIndex((name, axis) => names.indexOf(name) !== axis);
  if (second < 0) return { tensor, names };
  const first = names.indexOf(at(names, second));
  const size = at(tensor.shape, first);
  const diagonal = eye(size, size, { dtype: "bool" }).reshape(
    tensor.shape.map((_, axis) => (axis === first || axis === second ? size : 1)),
  );
  const kept = where(diagonal, tensor, 0).sum(second);
  return takeDiagonals({ tensor: kept.astype(tensor.dtype), names: names.filter((_, axis) => axis !== second) });
}

/** The product with the names in `later` kept. Axes of size 1 that the other has longer are broadcast: they are dropped. */
function multiplyNamed(a: NamedOperand, b: NamedOperand, later: ReadonlySet<number>): NamedOperand {
  const [left, right] = [dropRepeated(a, b), dropRepeated(b, a)];
  const output = [...new Set([...left.names, ...right.names])].filter((name) => later.has(name));
  return { tensor: contractNamed("einsum", left, right, output), names: output };
}

function dropRepeated({ tensor, names }: NamedOperand, other: NamedOperand): NamedOperand {
  const isRepeated = names.map((name, axis) => {
    const place = other.names.indexOf(name);
    return name < 0 && place >= 0 && tensor.shape[axis] === 1 && other.tensor.shape[place] !== 1;
  });
  if (!isRepeated.includes(true)) return { tensor, names };
  const shape = tensor.shape.filter((_, axis) => isRepeated[axis] !== true);
  return {
    tensor: new Tensor(node("reshape", [tensor.node], { shape })),
    names: names.filter((_, axis) => isRepeated[axis] !== true),
  };
}

/** Sums what the output lacks and puts the axes in its order. */
function arrange({ tensor, names }: NamedOperand, output: readonly number[]): Tensor {
  const summed = names.flatMap((name, axis) => (output.includes(name) ? [] : [axis]));
  const rest = names.filter((name) => output.includes(name));
  const reduced = summed.length === 0 ? tensor : tensor.sum(summed);
  return reduced.permuteDims(output.map((name) => rest.indexOf(name)));
}
