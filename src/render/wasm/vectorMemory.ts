/** Loads and stores of vectors: neighbours at once, others lane by lane. */
import type { Expression } from "../../kernel/expression.ts";
import type { Statement } from "../../kernel/kernel.ts";
import { bytesOf, type Dtype } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { castVector, extractLane, lanesOf, replaceLane } from "./casts.ts";
import type { Frame, Lanes, LaneWriter } from "./frame.ts";
import type { ScalarEmitter } from "./scalarEmitter.ts";
import { loads, stores } from "./scalarEmitter.ts";
import { repeated } from "./vectorForms.ts";

/** The writers of the statement at hand. */
export interface Emitters {
  readonly scalars: ScalarEmitter;
  readonly vectors: LaneWriter;
}

/** Pushes part `part` of a load whose lanes differ. */
export function pushLanes(
  frame: Frame,
  lanes: Lanes,
  load: Extract<Expression, { kind: "load" }>,
  part: number,
  { scalars, vectors }: Emitters,
): void {
  const { w } = frame;
  const { dtype } = load;
  const stride = lanes.shapes.of(load.index);
  if (stride === 1) {
    const offset = scalars.pushAddress(load);
    if (bytesOf(dtype) >= 4) return w.memory("v128.load", offset + 16 * part);
    if (bytesOf(dtype) === 2) return w.memory("v128.load16x4_s", offset + 8 * part);
    w.memory("v128.load32_zero", offset + 4 * part);
    if (dtype === "i8") return w.op("i16x8.extend_low_i8x16_s", "i32x4.extend_low_i16x8_s");
    w.op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
    return castVector(w, "u8", dtype, part, () => {});
  }
  if (bytesOf(dtype) === 4 && (stride === 2 || stride === -1))
    return pushRearranged(frame, stride, part, () => scalars.pushAddress(load));
  const pointers =
    stride === "varying"
      ? lanePointers(frame, load, { dtype, part, vectors })
      : stridedPointers(frame, { dtype, part, stride }, () => scalars.pushAddress(load));
  gather(frame, dtype, pointers.push);
  pointers.release();
}

/** Pushes every second element, or elements backwards, out of vectors of neighbours: nothing is read beyond the last lane. */
function pushRearranged({ w }: Frame, stride: 2 | -1, part: number, pushFirst: () => number): void {
  if (stride === -1) {
    const offset = pushFirst();
    const back = 16 * part + 12;
    if (offset < back) {
      w.i32(offset - back);
      w.op("i32.add");
    }
    const vector = w.local("v128");
    w.memory("v128.load", Math.max(0, offset - back));
    w.tee(vector);
    w.get(vector);
    w.shuffle(bytesOfLanes([3, 2, 1, 0]));
    return w.release(vector);
  }
  const pointer = w.local("i32");
  const offset = pushFirst() + 32 * part;
  w.tee(pointer);
  w.memory("v128.load", offset);
  w.get(pointer);
  w.memory("v128.load", offset + 12);
  w.shuffle(bytesOfLanes([0, 2, 5, 7]));
  w.release(pointer);
}

/** The bytes of 32-bit `lanes` of two vectors, counted through both. */
function bytesOfLanes(lanes: readonly number[]): number[] {
  return lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
}

/** Pushes the address of a lane; returns the offset to add. */
interface LanePointers {
  readonly push: (lane: number) => number;
  readonly release: () => void;
}

function gather({ w }: Frame, dtype: Dtype, push: (lane: number) => number): void {
  const vector = w.local("v128");
  w.v128(repeated("i32", 0));
  w.set(vector);
  for (let lane = 0; lane < lanesOf(dtype); lane++) {
    if (bytesOf(dtype) < 4) {
      w.get(vector);
      const offset = push(lane);
      w.memory(loads[dtype], offset);
      replaceLane(w, "i32", lane);
    } else {
      const offset = push(lane);
      w.get(vector);
      w.memoryLane(bytesOf(dtype) === 8 ? "v128.load64_lane" : "v128.load32_lane", offset, lane);
    }
    w.set(vector);
  }
  w.get(vector);
  w.release(vector);
  if (dtype === "bool") castVector(w, "u8", "bool", 0, () => {});
}

/** Addresses a fixed number of elements apart; `pushFirst` pushes that of lane 0. */
function stridedPointers(
  { w }: Frame,
  { dtype, part, stride }: { dtype: Dtype; part: number; stride: number },
  pushFirst: () => number,
): LanePointers {
  const pointer = w.local("i32");
  const offset = pushFirst();
  w.set(pointer);
  return {
    push: (lane) => {
      const distance = (part * lanesOf(dtype) + lane) * stride * bytesOf(dtype);
      w.get(pointer);
      if (distance >= 0) return offset + distance;
      w.i32(distance);
      w.op("i32.add");
      return offset;
    },
    release: () => w.release(pointer),
  };
}

/** Addresses from a vector of indices, which has four lanes to a part whatever the elements have. */
function lanePointers(
  { w, pointers }: Frame,
  access: { readonly buffer: number; readonly index: Expression },
  { dtype, part, vectors }: { dtype: Dtype; part: number; vectors: LaneWriter },
): LanePointers {
  const indices = w.local("v128");
  const lanes = lanesOf(dtype);
  vectors.push(access.index, lanes === 4 ? part : part >> 1);
  w.set(indices);
  return {
    push: (lane) => {
      w.op(at(pointers, access.buffer), indices);
      extractLane(w, "i32", lanes === 4 ? lane : 2 * (part % 2) + lane);
      if (bytesOf(dtype) > 1) {
        w.i32(Math.log2(bytesOf(dtype)));
        w.op("i32.shl");
      }
      w.op("i32.add");
      return 0;
    },
    release: () => w.release(indices),
  };
}

/** Stores all lanes of a store statement whose index differs from lane to lane. */
export function storeLanes(
  frame: Frame,
  lanes: Lanes,
  store: Extract<Statement, { kind: "store" }>,
  { scalars, vectors }: Emitters,
): void {
  const { w } = frame;
  const { dtype } = store.value;
  const stride = lanes.shapes.of(store.index);
  for (let part = 0; part < lanes.count / lanesOf(dtype); part++) {
    if (stride === 1) {
      const offset = scalars.pushAddress(store);
      vectors.push(store.value, part);
      if (bytesOf(dtype) >= 4) {
        w.memory("v128.store", offset + 16 * part);
      } else if (bytesOf(dtype) === 2) {
        pack(frame, [0, 1, 4, 5, 8, 9, 12, 13]);
        w.memoryLane("v128.store64_lane", offset + 8 * part, 0);
      } else {
        if (dtype === "bool") castVector(w, dtype, "u8", part, () => {});
        pack(frame, [0, 4, 8, 12]);
        w.memoryLane("v128.store32_lane", offset + 4 * part, 0);
      }
      continue;
    }
    const pointers =
      stride === "varying"
        ? lanePointers(frame, store, { dtype, part, vectors })
        : stridedPointers(frame, { dtype, part, stride }, () => scalars.pushAddress(store));
    scatter(frame, store.value, part, pointers, vectors);
    pointers.release();
  }
}

function scatter({ w }: Frame, value: Expression, part: number, pointers: LanePointers, vectors: LaneWriter): void {
  const vector = w.local("v128");
  vectors.push(value, part);
  w.set(vector);
  for (let lane = 0; lane < lanesOf(value.dtype); lane++) {
    const offset = pointers.push(lane);
    w.get(vector);
    extractLane(w, value.dtype, lane);
    w.memory(stores[value.dtype], offset);
  }
  w.release(vector);
}

/** The bytes at `places` of the vector on the stack, brought together in front. */
function pack({ w }: Frame, places: readonly number[]): void {
  const vector = w.local("v128");
  w.tee(vector);
  w.get(vector);
  w.shuffle(Array.from({ length: 16 }, (_, index) => at(places, index % places.length)));
  w.release(vector);
}
