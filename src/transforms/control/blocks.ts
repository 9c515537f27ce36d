/**
 * A scan as a scan of scans: what a derivative keeps of it are the carries at the beginning of each block, and those inside the
 * block that it is in. Nothing new for transforms or the compiler: each level is a scan.
 */
import { node, sourceNode } from "../../graph/node.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { concat } from "../../tensor/joining.ts";
import { mapTensor } from "../../tensor/operands.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type Captured, type Carry, makeScan, type ScanParts } from "./parts.ts";

/** The results that a user of a scan sees. */
export interface BlockResults {
  /** A carry after the last step. */
  carry(index: number): Tensor;
  stack(index: number): Tensor;
}

/** Bytes of all carries together up to which a derivative may keep every one of them. */
export const mostKept = 2 ** 26;

/**
 * After how many steps carries are to be kept: `given`, or else after each while that takes no more than 64 MiB, and beyond
 * about √length, a number that divides the length where there is one near.
 */
export function stepsInBlock({ carries, length }: ScanParts, given: number | undefined): number {
  if (given !== undefined) {
    if (!Number.isInteger(given) || given < 1)
      throw new ArgumentError(
        `scan: checkpointEvery is ${given}; it has to be a whole number of steps, 1 or more (1 keeps every carry).`,
        { checkpointEvery: given },
      );
    return given;
  }
  const bytes = carries.reduce((sum, { parameter: { type } }) => sum + sizeOf(type.shape) * bytesOf(type.dtype), 0);
  return bytes * length <= mostKept ? 1 : nearRoot(length);
}

/** The divisor of `length` nearest to its root, between half and twice it; without one the root itself. */
function nearRoot(length: number): number {
  const root = Math.ceil(Math.sqrt(length));
  const all = Array.from({ length: 2 * root - Math.ceil(root / 2) + 1 }, (_, index) => Math.ceil(root / 2) + index);
  const distance = (size: number) => Math.abs(Math.log(size / root));
  const [best = root] = all.filter((size) => length % size === 0).sort((a, b) => distance(a) - distance(b));
  return best;
}

/** The scan of `parts`, of whose carries derivatives keep one in `every`. */
export function makeScanInBlocks(parts: ScanParts, every: number): BlockResults {
  const { carries, outputs, length, isReversed } = parts;
  if (every === 1 || every >= length) return makeScan(parts);
  const rest = length % every;
  const whole = length - rest;
  // The walk comes to what is left over last: at the end, or at the beginning where it goes backwards
  const [wholeFrom, restFrom] = isReversed ? [rest, 0] : [0, whole];
  const blocks = overBlocks(sliced(parts, wholeFrom, whole), every);
  if (rest === 0) return blocks;
  const last = makeScan({
    ...sliced(parts, restFrom, rest),
    carries: carries.map((carry, index) => ({ ...carry, initial: blocks.carry(index).node })),
  });
  const stacks = outputs.map((_, index) => {
    const [first, second] = isReversed ? [last, blocks] : [blocks, last];
    return () => concat([first.stack(index), second.stack(index)], 0);
  });
  return { carry: (index) => last.carry(index), stack: (index) => at(stacks, index)() };
}

/** A scan over whole blocks, each of which is a scan. */
function overBlocks(parts: ScanParts, every: number): BlockResults {
  const { carries, slices, captured, outputs, length } = parts;
  const count = length / every;
  const own = (of: Captured["parameter"], shape: readonly number[]) => sourceNode({ shape, dtype: of.type.dtype });
  const states = carries.map(({ parameter }) => own(parameter, parameter.type.shape));
  const blocks = slices.map(({ parameter }) => own(parameter, [every, ...parameter.type.shape]));
  const shared = captured.map(({ parameter }) => own(parameter, parameter.type.shape));
  const inner = makeScan({
    ...parts,
    length: every,
    carries: carries.map((carry, index): Carry => ({ ...carry, initial: at(states, index) })),
    slices: slices.map(({ parameter }, index) => ({ value: at(blocks, index), parameter })),
    captured: captured.map(({ parameter }, index) => ({ value: at(shared, index), parameter })),
  });
  const outer = makeScan({
    ...parts,
    length: count,
    carries: carries.map(({ initial }, index) => ({
      initial,
      parameter: at(states, index),
      result: inner.carry(index).node,
    })),
    slices: slices.map(({ value }, index) => ({
      value: node("reshape", [value], { shape: [count, every, ...value.type.shape.slice(1)] }),
      parameter: at(blocks, index),
    })),
    captured: captured.map(({ value }, index) => ({ value, parameter: at(shared, index) })),
    outputs: outputs.map((_, index) => inner.stack(index).node),
  });
  return {
    carry: (index) => outer.carry(index),
    stack: (index) => {
      const stack = outer.stack(index);
      return mapTensor("reshape", stack, { shape: [length, ...stack.shape.slice(2)] });
    },
  };
}

/** The part of a scan from slice `first` on. */
function sliced(parts: ScanParts, first: number, length: number): ScanParts {
  if (length === parts.length) return parts;
  const slices = parts.slices.map(({ value, parameter }) => {
    const { shape } = value.type;
    const starts = shape.map((_, axis) => (axis === 0 ? first : 0));
    const params = { starts, steps: shape.map(() => 1), shape: [length, ...shape.slice(1)] };
    return { value: mapTensor("slice", new Tensor(value), params).node, parameter };
  });
  return { ...parts, slices, length };
}
