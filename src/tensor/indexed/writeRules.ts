/**
 * The derivatives of indexed writes. What is added comes from its updates; what is set goes to the last one who wrote, extremes share
 * evenly, and products never divide by zero. All of it is made of reads and writes at the same positions, so that it can be
 * differentiated again. `transforms/vjpRules.ts` and `jvpRules.ts` ask for them.
 */
import { node } from "../../graph/node.ts";
import type { Combine, PrimitiveParams } from "../../graph/primitives.ts";
import { type Dtype, isFloat } from "../../shape/dtype.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, maximum, multiply, square, subtract } from "../arithmetic.ts";
import { astype } from "../cast.ts";
import { equal, where } from "../comparison.ts";
import { arange, full, onesLike, zerosLike } from "../creation.ts";
import { addInto, readBack, type Write, type WriteRule } from "../indexedWrites.ts";
import { broadcastTo, reshape } from "../manipulate.ts";
import { Tensor } from "../tensor.ts";

const addition: WriteRule = {
  pullBack: (g, { indices, params }, ofBase) => (ofBase ? g : readBack(g, indices, params)),
  pushForward: (base, updates, { base: x, indices, params }) =>
    updates === undefined ? base : addInto(base ?? zerosLike(x), indices, updates, params),
};

const set: WriteRule = {
  pullBack: (g, write, ofBase) =>
    ofBase ? writeAs("set", g, write, zerosLike(write.updates)) : where(isLast(write), read(g, write), 0),
  pushForward: (base, updates, write) =>
    writeAs("set", base ?? zerosLike(write.base), write, updates ?? zerosLike(write.updates)),
};

/** Which updates are what stands there in the end: those that no later one wrote over. Broadcasts with the updates. */
function isLast({ base, indices, params: { axis, batch } }: Write): Tensor {
  const [lists, own] = [indices.shape.slice(0, batch), indices.shape.slice(batch)];
  const numbers = broadcastTo(reshape(arange(0, sizeOf(own), 1, { dtype: "i32" }), own), indices.shape);
  const nobody = full([...lists, at(base.shape, axis)], -1, { dtype: "i32" });
  const params = { axis: batch, batch } as const;
  const writers = new Tensor(node("scatter", [nobody.node, indices.node, numbers.node], { ...params, combine: "set" }));
  const last = equal(readBack(writers, indices, params), numbers);
  const [between, after]: readonly Shape[] = [base.shape.slice(batch, axis), base.shape.slice(axis + 1)];
  const ones = (sizes: Shape) => sizes.map(() => 1);
  return reshape(last, [...lists, ...ones(between ?? []), ...own, ...ones(after ?? [])]);
}

/** Of the largest and of the smallest: all that equal it share evenly, the base among them. */
const extreme: WriteRule = {
  pullBack(g, write, ofBase) {
    const { isBase, isUpdate, count } = winners(write);
    const share = divide(g, count);
    return ofBase ? where(isBase, share, 0) : where(isUpdate, read(share, write), 0);
  },
  pushForward(base, updates, write) {
    const { isBase, isUpdate, count } = winners(write);
    const own = base === undefined ? zerosLike(write.base) : where(isBase, base, 0);
    const sum = updates === undefined ? own : addInto(own, write.indices, where(isUpdate, updates, 0), write.params);
    return divide(sum, count);
  },
};

/** Who equals the result, and how many at each element: 1 where nobody does, since it is NaN. */
function winners(write: Write): { readonly isBase: Tensor; readonly isUpdate: Tensor; readonly count: Tensor } {
  const { base, indices, updates, output, params } = write;
  const isBase = equal(base, output);
  const isUpdate = equal(updates, read(output, write));
  const dtype = countedIn(base.dtype);
  const count = maximum(addInto(astype(isBase, dtype), indices, astype(isUpdate, dtype), params), 1);
  return { isBase, isUpdate, count: astype(count, base.dtype) };
}

/** Halves lose count at 256 or 2048. */
function countedIn(dtype: Dtype): Dtype {
  return dtype === "f64" || !isFloat(dtype) ? dtype : "f32";
}

const product: WriteRule = {
  pullBack: (g, write, ofBase) =>
    ofBase
      ? multiply(g, writeAs("multiply", onesLike(write.base), write, write.updates))
      : multiply(read(multiply(g, write.base), write), otherUpdates(write)),
  pushForward(base, updates, write) {
    const ofBase = base && multiply(base, writeAs("multiply", onesLike(write.base), write, write.updates));
    if (updates === undefined) return ofBase;
    const changes = addInto(zerosLike(write.base), write.indices, multiply(updates, otherUpdates(write)), write.params);
    const ofUpdates = multiply(write.base, changes);
    return ofBase === undefined ? ofUpdates : add(ofBase, ofUpdates);
  },
};

/**
 * For each update the product of the others at the same element. Zeros are kept apart and entered as a polynomial, of
 * which values and first derivatives are right for any number of them: as products have them, so that first and second
 * derivatives of a write are.
 */
function otherUpdates(write: Write): Tensor {
  const { base, indices, updates, params } = write;
  const isZero = equal(updates, 0);
  const added = (values: Tensor) => addInto(zerosLike(base), indices, values, params);
  const zeros = where(isZero, updates, 0);
  const count = added(astype(isZero, updates.dtype));
  const [one, two] = [equal(count, 1), equal(count, 2)];
  const sum = added(zeros);
  const rest = where(isZero, 1, updates);
  const nonzero = writeAs("multiply", onesLike(base), write, rest);
  // Of one zero z: z. Of two, y·z = ((y + z)² − y² − z²) / 2
  const pair = divide(subtract(square(sum), added(square(zeros))), 2);
  const ofZeros = where(equal(count, 0), 1, where(one, sum, where(two, pair, 0)));
  const besidesZero = multiply(nonzero, where(one, 1, where(two, sum, 0)));
  const besidesPair = where(two, nonzero, 0);
  return where(
    isZero,
    subtract(read(besidesZero, write), multiply(updates, read(besidesPair, write))),
    divide(read(multiply(nonzero, ofZeros), write), rest),
  );
}

function read(x: Tensor, { indices, params }: Write): Tensor {
  return readBack(x, indices, params);
}

function writeAs(combine: Combine, base: Tensor, { indices, params }: Write, updates: Tensor): Tensor {
  const all: PrimitiveParams["scatter"] = { ...params, combine };
  return new Tensor(node("scatter", [base.node, indices.node, updates.node], all));
}

/** Rules by what is combined. */
export const writeRules: { readonly [C in Combine]: WriteRule } = {
  set,
  add: addition,
  multiply: product,
  max: extreme,
  min: extreme,
};
