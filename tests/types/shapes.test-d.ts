/**
 * What the type checker knows of shapes: literal sizes and named axes are carried through the common operations,
 * sizes that do not fit are errors at the line that is wrong, and what is not known is never claimed.
 */
import {
  add,
  concat,
  grad,
  matmul,
  maximum,
  mean,
  multiply,
  ones,
  permuteDims,
  relu,
  reshape,
  softmax,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../src/index.ts";

/** Compiles only where `A` and `B` are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}
type ShapeOf<T> = T extends Tensor<infer S> ? S : never;

declare const a: Tensor<[2, 3]>;
declare const b: Tensor<[3, 4]>;
declare const row: Tensor<[3]>;
declare const column: Tensor<[2, 1]>;
declare const batch: Tensor<["batch", 3]>;
declare const time: Tensor<["time", 3]>;
declare const open: Tensor<[number, 3]>;
declare const unknown: Tensor;
declare const axis: number;
declare const either: 0 | 1;
declare const keep: boolean;

// A tensor of unknown shape fits everywhere, and everything fits where the shape does not matter
const fits: Tensor<[2, 3]> = unknown;
const widened: Tensor = a;
const sized: Tensor<["batch", 3]> = a;
const partly: Tensor<[number, 3]> = a;
const back: Tensor<[2, 3]> = open;
// @ts-expect-error: 3 is not 4
const wrong: Tensor<[2, 4]> = a;
// @ts-expect-error: another rank
const flat: Tensor<[6]> = a;
// @ts-expect-error: another name
const renamed: Tensor<["time", 3]> = batch;
void [fits, widened, sized, partly, back, wrong, flat, renamed];

// Element-wise operations broadcast
same<ShapeOf<ReturnType<typeof sumOfTwo>>, [2, 3]>(true);
const sumOfTwo = () => add(a, row);
const outerSum = column.add(row);
same<typeof outerSum, Tensor<[2, 3]>>(true);
const scaled = a.multiply(2);
same<typeof scaled, Tensor<[2, 3]>>(true);
const fromLeft = multiply(2, a);
same<typeof fromLeft, Tensor<[2, 3]>>(true);
const named = batch.add(row);
same<typeof named, Tensor<["batch", 3]>>(true);
const grown = row.add(batch);
same<typeof grown, Tensor<["batch", 3]>>(true);
const sure = open.add(a);
same<typeof sure, Tensor<[2, 3]>>(true);
const lost = a.add(unknown);
same<typeof lost, Tensor>(true);
const smooth = relu(a).exp().sigmoid();
same<typeof smooth, Tensor<[2, 3]>>(true);
const chosen = where(a.greater(0), a, 0);
same<typeof chosen, Tensor<[2, 3]>>(true);
// @ts-expect-error: sizes 3 and 4 do not broadcast
add(a, b.permuteDims([1, 0]).slice(0).reshape([4]));
// @ts-expect-error: sizes 2 and 3 do not broadcast
a.maximum(b);
// @ts-expect-error: sizes batch and time do not broadcast
maximum(batch, time);
// @ts-expect-error: a list is no operand
a.add([1, 2, 3]);

// The matrix product
const product = a.matmul(b);
same<typeof product, Tensor<[2, 4]>>(true);
const layered = matmul(batch, b);
same<typeof layered, Tensor<["batch", 4]>>(true);
const applied = b.matmul(ones([4]));
same<typeof applied, Tensor<[3]>>(true);
const stacks = matmul(zeros([5, 1, 2, 3]), zeros([7, 3, 4]));
same<typeof stacks, Tensor<[5, 7, 2, 4]>>(true);
const dot = row.matmul(row);
same<typeof dot, Tensor<[]>>(true);
const guessed = a.matmul(unknown);
same<typeof guessed, Tensor>(true);
// @ts-expect-error: matmul sums over the last axis of the left, of size 3, and the rows of the right, of size 2
a.matmul(a);
// @ts-expect-error: the batches, 2 and 3, do not broadcast
matmul(zeros([2, 4, 5]), zeros([3, 5, 6]));

// Reductions
const total = a.sum();
same<typeof total, Tensor<[]>>(true);
const perRow = a.sum(1);
same<typeof perRow, Tensor<[2]>>(true);
const kept = mean(a, -1, { keepDims: true });
same<typeof kept, Tensor<[2, 1]>>(true);
const options = sum(batch, { axis: [0], keepDims: true });
same<typeof options, Tensor<[1, 3]>>(true);
const several = zeros([2, 3, 4]).max([0, -1]);
same<typeof several, Tensor<[3]>>(true);
const anyAxis = a.sum(axis);
same<typeof anyAxis, Tensor>(true);
const eitherAxis = a.sum(either);
same<typeof eitherAxis, Tensor>(true);
const perhaps = a.sum(0, { keepDims: keep });
same<typeof perhaps, Tensor>(true);
const soft = softmax(batch, -1);
same<typeof soft, Tensor<["batch", 3]>>(true);

// Shapes
const folded = reshape(a, [3, -1]);
same<typeof folded, Tensor<readonly [3, number]>>(true);
const turned = permuteDims(zeros([2, 3, 4]), [2, -3, 1]);
same<typeof turned, Tensor<readonly [4, 2, 3]>>(true);
const transposed = batch.matrixTranspose();
same<typeof transposed, Tensor<[3, "batch"]>>(true);
const joined = concat([a, a]);
same<typeof joined, Tensor>(true);
const data = tensor([[1, 2]]);
same<typeof data, Tensor>(true);

// Choices between shapes are not decided
const choice = keep ? a : unknown;
same<typeof choice, Tensor>(true);

// Derivatives have the shape of what they are taken of
const slope = grad((x: Tensor<[2, 3]>) => x.sum())(a);
same<typeof slope, Tensor<[2, 3]>>(true);
const slopes = grad((x: Tensor<[3]>, w: { scale: Tensor<[3]> }) => x.multiply(w.scale).sum(), { argument: [1, 0] })(
  row,
  { scale: row },
);
same<typeof slopes, readonly [{ scale: Tensor<[3]> }, Tensor<[3]>]>(true);
