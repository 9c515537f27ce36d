/**
 * The type of each primitive's result, from the types of its inputs: one row a primitive. These are the checks
 * that keep wrong graphs from existing. Friendlier checks, with broadcasting and promotion, stand in `tensor/`.
 */
import { checkDtype, computedIn, type Dtype, dtypes, isFloat } from "../shape/dtype.ts";
import { checkShape, type Shape, sameShape, showShape, sizeOf } from "../shape/shape.ts";
import { DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { type IndexedAxis, type Primitive, type PrimitiveParams, primitives, type Window } from "./primitives.ts";
import type { RegionSignature, TensorType } from "./tensorType.ts";

type TypeRule<P extends Primitive> = (
  inputs: readonly TensorType[],
  params: PrimitiveParams[P],
  primitive: P,
) => TensorType;

/** Type of the result of `primitive`, or an error that names what does not fit. */
export function inferType<P extends Primitive>(
  primitive: P,
  inputs: readonly TensorType[],
  params: PrimitiveParams[P],
): TensorType {
  const expected = primitives[primitive].inputs;
  if (expected !== "any" && inputs.length !== expected) {
    throw new ShapeError(`${primitive} takes ${expected} inputs and was given ${inputs.length}.`, { primitive });
  }
  const rule: TypeRule<P> = typeRules[primitive];
  return rule(inputs, params, primitive);
}

const isNumber = (dtype: Dtype) => dtype !== "bool";
const isBits = (dtype: Dtype) => !isFloat(dtype);
const isAnything = () => true;

/** A map of tensors of one shape and dtype; `result` is their dtype unless given. */
function mapRule(domain: (dtype: Dtype) => boolean, expects: string, result?: Dtype): TypeRule<Primitive> {
  return (inputs, _params, primitive) => {
    const first = at(inputs, 0);
    for (const input of inputs) {
      if (!domain(input.dtype))
        throw new DtypeError(`${primitive} is defined for ${expects}, not for ${input.dtype}. Convert with astype.`, {
          primitive,
          dtype: input.dtype,
        });
      if (input.dtype !== first.dtype)
        throw new DtypeError(`${primitive}: dtypes ${first.dtype} and ${input.dtype} differ.`, { primitive });
      requireSameShape(primitive, first, input);
    }
    return { shape: first.shape, dtype: result ?? first.dtype };
  };
}

const floats = mapRule(isFloat, "floating-point numbers");
const numbers = mapRule(isNumber, "numbers");
const bits = mapRule(isBits, "integers and booleans");
const comparison = mapRule(isAnything, "everything", "bool");
const anything = mapRule(isAnything, "everything");

/** Type rules, by primitive. */
export const typeRules: { readonly [P in Primitive]: TypeRule<P> } = {
  source: (_, { shape, dtype }) => ({ shape: checkShape("source", shape), dtype }),
  constant: (_, { dtype }) => ({ shape: [], dtype: checkDtype(dtype) }),
  iota: (_, params, primitive) => {
    requireFit(params.axis in checkShape(primitive, params.shape), primitive, [], params);
    return params;
  },
  identity: anything,
  negative: numbers,
  abs: numbers,
  sign: numbers,
  floor: floats,
  ceil: floats,
  round: floats,
  sqrt: floats,
  exp: floats,
  expm1: floats,
  log: floats,
  log1p: floats,
  sin: floats,
  cos: floats,
  tanh: floats,
  sigmoid: floats,
  erf: floats,
  erfc: floats,
  logicalNot: mapRule((dtype) => dtype === "bool", "booleans"),
  astype: (inputs, { dtype }) => ({ shape: at(inputs, 0).shape, dtype: checkDtype(dtype) }),
  bitcast: (inputs, { dtype }) => {
    const input = at(inputs, 0);
    if (dtypes[checkDtype(dtype)].bytes !== dtypes[input.dtype].bytes) {
      throw new DtypeError(`bitcast: ${input.dtype} and ${dtype} differ in size.`, { from: input.dtype, to: dtype });
    }
    return { shape: input.shape, dtype };
  },
  add: numbers,
  subtract: numbers,
  multiply: numbers,
  divide: floats,
  floorDivide: numbers,
  remainder: numbers,
  pow: floats,
  maximum: anything,
  minimum: anything,
  equal: comparison,
  less: comparison,
  lessEqual: comparison,
  bitwiseAnd: bits,
  bitwiseOr: bits,
  bitwiseXor: bits,
  bitwiseLeftShift: bits,
  bitwiseRightShift: bits,
  where: (inputs, _params, primitive) => {
    const [condition, a, b] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    if (condition.dtype !== "bool")
      throw new DtypeError(
        `where: the condition is ${condition.dtype}; it has to be bool. Compare first (x.greater(0)).`,
        { dtype: condition.dtype },
      );
    requireSameShape(primitive, condition, a);
    return anything([a, b], {}, primitive);
  },
  reshape: (inputs, { shape }) => {
    const input = at(inputs, 0);
    if (sizeOf(checkShape("reshape", shape)) !== sizeOf(input.shape)) {
      throw new ShapeError(
        `reshape: ${showShape(input.shape)} has ${sizeOf(input.shape)} elements and ${showShape(shape)} has ${sizeOf(shape)}.`,
        { from: input.shape, to: shape },
      );
    }
    return { shape, dtype: input.dtype };
  },
  permuteDims: (inputs, params, primitive) => {
    const { shape, dtype } = at(inputs, 0);
    const { axes } = params;
    const isOrder = axes.length === shape.length && new Set(axes).size === axes.length;
    requireFit(isOrder && axes.every((axis) => axis in shape), primitive, inputs, params, "not an order of the axes");
    return { shape: axes.map((axis) => at(shape, axis)), dtype };
  },
  broadcast: (inputs, params, primitive) => {
    const input = at(inputs, 0);
    const shape = checkShape(primitive, params.shape);
    const fits = input.shape.every((size, axis) => size === 1 || size === shape[axis]);
    requireFit(fits && shape.length === input.shape.length, primitive, inputs, params);
    return { shape, dtype: input.dtype };
  },
  slice: (inputs, params, primitive) => {
    const { starts, steps, shape } = params;
    const input = at(inputs, 0);
    const fits = input.shape.every((size, axis) => {
      const count = at(shape, axis);
      const first = at(starts, axis);
      const last = first + at(steps, axis) * (count - 1);
      return count === 0 || (Math.min(first, last) >= 0 && Math.max(first, last) < size);
    });
    requireFit(fits && shape.length === input.shape.length, primitive, inputs, params);
    return { shape, dtype: input.dtype };
  },
  pad: (inputs, params, primitive) => {
    const { low, high } = params;
    const input = at(inputs, 0);
    const areCounts = [...low, ...high].every((count) => count >= 0 && Number.isInteger(count));
    const { length } = input.shape;
    const fits = areCounts && low.length === length && high.length === length;
    requireFit(fits, primitive, inputs, params, `widths that do not fit ${showShape(input.shape)}`);
    const shape = input.shape.map((size, axis) => size + at(low, axis) + at(high, axis));
    return { shape: checkShape(primitive, shape), dtype: input.dtype };
  },
  concat: (inputs, { axis }, primitive) => {
    const first = inputs[0];
    if (first === undefined) throw new ShapeError("concat: there is nothing to concatenate.");
    let total = 0;
    for (const { shape, dtype } of inputs) {
      const isLike = axis in shape && sameShape(shape.with(axis, 0), first.shape.with(axis, 0));
      if (!isLike)
        throw new ShapeError(
          `concat: ${showShape(first.shape)} and ${showShape(shape)} may differ only at axis ${axis}.`,
        );
      if (dtype !== first.dtype) throw new DtypeError(`concat: dtypes ${first.dtype} and ${dtype} differ.`);
      total += at(shape, axis);
    }
    return { shape: checkShape(primitive, first.shape.with(axis, total)), dtype: first.dtype };
  },
  gather: (inputs, params, primitive) => ({
    shape: indexedShape(inputs, params, primitive),
    dtype: at(inputs, 0).dtype,
  }),
  scatter: (inputs, params, primitive) => {
    const base = at(inputs, 0);
    const counts = params.combine === "add" || params.combine === "multiply";
    const rule = counts ? numbers : anything;
    rule([{ ...base, shape: indexedShape(inputs, params, primitive) }, at(inputs, 2)], {}, primitive);
    return base;
  },
  distribute: (inputs, params, primitive) => {
    const [starts, ...elements] = inputs;
    const [rows = 0, chunks = 0, buckets = 0] = starts?.shape ?? [];
    const length = elements[0]?.shape[2] ?? 0;
    const areLike = elements.every(({ shape }) => sameShape(shape, [rows, chunks, length]));
    const areWhole = inputs.every(({ dtype }) => dtype === "i32");
    requireFit(areLike && areWhole && starts?.shape.length === 3 && elements.length > 0, primitive, inputs, params);
    const width = chunks * (buckets + (elements.length - 1) * length);
    return { shape: checkShape(primitive, [rows, width]), dtype: "i32" };
  },
  call: (inputs) => at(inputs, 0),
  after: (inputs) => at(inputs, 0),
  sum: reduceRule(isNumber, "numbers"),
  prod: reduceRule(isNumber, "numbers"),
  max: reduceRule(isAnything, "everything"),
  min: reduceRule(isAnything, "everything"),
  recurrence: (inputs, params, primitive) => {
    requireFit(params.axis in at(inputs, 0).shape, primitive, inputs, params);
    return numbers(inputs, {}, primitive);
  },
  contract: (inputs, params, primitive) => {
    const { left, right, output, windows, dtype } = params;
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    const extents = new Map<number, number>();
    const agree = (names: readonly number[], shape: Shape) =>
      names.length === shape.length &&
      names.every((name, axis) => {
        const extent = at(shape, axis);
        const known = extents.get(name) ?? extent;
        extents.set(name, known);
        return known === extent;
      });
    const slides = (window: Window) => {
      const reach = window.stride * (window.size - 1) + window.dilation * ((extents.get(window.kernel) ?? 0) - 1);
      extents.set(window.output, window.size);
      return (
        !output.includes(window.input) && !output.includes(window.kernel) && reach < (extents.get(window.input) ?? 0)
      );
    };
    const named = agree(left, a.shape) && agree(right, b.shape) && windows.every(slides);
    const fits = named && output.every((name) => extents.has(name));
    const adds = computedIn(params.accumulate) === params.accumulate;
    requireFit(fits && adds && a.dtype === b.dtype && isNumber(a.dtype), primitive, inputs, params);
    const shape = output.map((name) => extents.get(name) ?? 0);
    return { shape: checkShape(primitive, shape), dtype };
  },
  scan: (inputs, { body, length, carries, slices }, primitive) => {
    const slice = ({ shape, dtype }: TensorType) => ({ shape: shape.slice(1), dtype });
    const taken = inputs.map((input, index) => (index >= carries && index < carries + slices ? slice(input) : input));
    const isLong = inputs.slice(carries, carries + slices).every(({ shape }) => shape[0] === length);
    requireFit(isLong && accepts(body, taken) && handsOn(body, inputs, carries), primitive, inputs, { length });
    return nothing;
  },
  whileLoop: (inputs, { condition, body, carries }, primitive) => {
    const asks = sameTypes(condition.resultTypes, [{ shape: [], dtype: "bool" }]);
    const fits = accepts(condition, inputs) && accepts(body, inputs) && handsOn(body, inputs, carries);
    requireFit(asks && fits && body.resultTypes.length === carries, primitive, inputs, { carries });
    return nothing;
  },
  cond: (inputs, { branches }, primitive) => {
    const [predicate, ...operands] = inputs;
    const isAsked = predicate?.dtype === "bool" && predicate.shape.length === 0;
    const [whenTrue, whenFalse] = branches;
    const agree = sameTypes(whenTrue.resultTypes, whenFalse.resultTypes);
    requireFit(isAsked && agree && branches.every((each) => accepts(each, operands)), primitive, inputs, {});
    return nothing;
  },
  project: (_, { shape, dtype }) => ({ shape: checkShape("project", shape), dtype }),
};

/** A region itself has no value, only results. It counts as a float, since those may have derivatives. */
const nothing: TensorType = { shape: [0], dtype: "f32" };

function sameTypes(a: readonly TensorType[], b: readonly TensorType[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ shape, dtype }, index) => dtype === at(b, index).dtype && sameShape(shape, at(b, index).shape))
  );
}

function accepts(region: RegionSignature, inputs: readonly TensorType[]): boolean {
  return sameTypes(region.parameterTypes, inputs);
}

/** Are the first results of what the first inputs are, so that they can take their place? */
function handsOn(region: RegionSignature, inputs: readonly TensorType[], carries: number): boolean {
  return sameTypes(region.resultTypes.slice(0, carries), inputs.slice(0, carries));
}

/** The shape of what indices choose: their own axes, but for the batch, in the place of the axis that they point along. */
function indexedShape(inputs: readonly TensorType[], params: IndexedAxis, primitive: Primitive): Shape {
  const { axis, batch } = params;
  const [{ shape }, indices] = [at(inputs, 0), at(inputs, 1)];
  const fits = axis in shape && batch <= axis && indices.dtype === "i32";
  requireFit(fits && sameShape(shape.slice(0, batch), indices.shape.slice(0, batch)), primitive, inputs, params);
  return checkShape(primitive, [...shape.slice(0, axis), ...indices.shape.slice(batch), ...shape.slice(axis + 1)]);
}

function reduceRule(domain: (dtype: Dtype) => boolean, expects: string): TypeRule<"sum" | "prod" | "max" | "min"> {
  return (inputs, { axes }, primitive) => {
    const input = at(inputs, 0);
    if (!domain(input.dtype))
      throw new DtypeError(`${primitive} is defined for ${expects}, not for ${input.dtype}. Convert with astype.`, {
        primitive,
      });
    const needsElements = primitive === "max" || primitive === "min";
    if (
      needsElements &&
      axes.some((axis) => input.shape[axis] === 0) &&
      sizeOf(input.shape.filter((_, axis) => !axes.includes(axis))) > 0
    ) {
      throw new ShapeError(
        `${primitive}: ${showShape(input.shape)} has no elements along axes [${axes.join(", ")}], and an empty ${primitive} has no value.`,
        { shape: input.shape, axes },
      );
    }
    return { shape: input.shape.filter((_, axis) => !axes.includes(axis)), dtype: input.dtype };
  };
}

/** Friendlier checks stand in `tensor/`; this one keeps wrong graphs from existing whoever makes them. */
function requireFit(
  fits: boolean,
  primitive: Primitive,
  inputs: readonly TensorType[],
  params: unknown,
  why = "which does not fit",
): void {
  if (fits) return;
  const types = inputs.map(({ dtype, shape }) => dtype + showShape(shape)).join(" and ");
  throw new ShapeError(`${primitive}: ${types} was given ${JSON.stringify(params)}, ${why}.`, { primitive });
}

function requireSameShape(primitive: Primitive, a: TensorType, b: TensorType): void {
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError(`${primitive}: shapes ${showShape(a.shape)} and ${showShape(b.shape)} differ.`, {
      primitive,
      shapes: [a.shape, b.shape],
    });
  }
}
