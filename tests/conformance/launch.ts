/** Runs one kernel, or one plan, on a device with given data, and gives back what is in the buffers afterwards. */

import { nativeForm } from "../../src/compile/approximate.ts";
import type { Device, DeviceBuffer } from "../../src/device/device.ts";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import type { Kernel, Statement } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { inputsOf, mapStatement } from "../../src/kernel/traverse.ts";
import { allDtypes, type Dtype, dtypes, type StoredData } from "../../src/shape/dtype.ts";
import { storedAs } from "../../src/shape/elements.ts";
import { remember } from "../../src/support/remember.ts";

/** Typed array of `dtype` with `values`. */
export function dataOf(dtype: Dtype, values: Iterable<number>): StoredData {
  return storedAs(dtype, [...values]);
}

/** A copy of the buffers after `kernel` has run on `buffers` once. */
export function launch(
  device: Device,
  kernel: Kernel,
  buffers: readonly StoredData[],
  sizes: readonly number[] = [],
): StoredData[] {
  const plan: Plan = {
    slots: buffers.map((data, position) => ({ kind: "external", position, bytes: data.byteLength })),
    arenaBytes: 0,
    externals: buffers.length,
    kernels: [forDevice(device, kernel)],
    commands: [
      { kind: "kernel", kernel: 0, slots: buffers.map((_, slot) => slot), sizes, label: kernel.name, origins: [] },
    ],
  };
  return runPlan(device, plan, buffers);
}

/** The bytes of a buffer of a device that can be read at once. */
export function readNow(device: Device, buffer: DeviceBuffer): Uint8Array<ArrayBuffer> {
  const bytes = device.readSync?.(buffer);
  if (bytes === undefined) throw new Error(`${device.name} cannot be read at once`);
  return new Uint8Array(bytes);
}

/** A copy of the external buffers after `plan` has run on them. */
export function runPlan(device: Device, plan: Plan, externals: readonly StoredData[], times = 1): StoredData[] {
  const handles = externals.map((data) => {
    const handle = device.allocate(data.byteLength);
    device.write(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return handle;
  });
  const executable = device.prepare(plan);
  try {
    for (let time = 0; time < times; time++) executable.run(handles);
    return handles.map((handle, position) => {
      const bytes = readNow(device, handle);
      return bytesLike(externals[position] ?? bytes, bytes);
    });
  } finally {
    executable.dispose();
    for (const handle of handles) device.free(handle);
  }
}

/** `bytes` in an array of the class of `data`. */
function bytesLike(data: StoredData, bytes: Uint8Array<ArrayBuffer>): StoredData {
  const { stored } = dtypes[dtypeOf(data)];
  return new stored(bytes.buffer);
}

/** Of the two dtypes of Uint16Array either will do. */
function dtypeOf(data: StoredData): Dtype {
  return allDtypes.find((dtype) => data instanceof dtypes[dtype].stored && dtype !== "bool") ?? "u8";
}

/** `kernel` as the compiler would hand it to `device`: without conversions that the device lacks. */
function forDevice(device: Device, kernel: Kernel): Kernel {
  if (device.target.convertsStored) return kernel;
  const target = { ...device.target, nativeOps: "all" } as const;
  const builder = new ExpressionBuilder();
  const known = new Map<Expression, Expression>();
  const change = (part: Expression): Expression =>
    remember(known, part, () => {
      if (part.kind === "literal") return builder.literal(part.dtype, part.value);
      if (part.kind === "size") return builder.size(part.size);
      if (part.kind === "local") return builder.local(part.local, part.dtype);
      return nativeForm(builder, part, inputsOf(part).map(change), target);
    });
  const changeAll = (body: readonly Statement[]): readonly Statement[] =>
    body.map((statement) => mapStatement(statement, change, changeAll));
  return { ...kernel, body: changeAll(kernel.body) };
}
