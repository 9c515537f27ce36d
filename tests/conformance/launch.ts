/** Runs one kernel, or one plan, on a device with given data, and gives back what is in the buffers afterwards. */
import type { Device, DeviceBuffer } from "../../src/device/device.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { bytesOf, type Data, type Dtype, dtypes } from "../../src/shape/dtype.ts";

/** Typed array of `dtype` with `values`. */
export function dataOf(dtype: Dtype, values: Iterable<number>): Data {
  return new dtypes[dtype].array([...values]);
}

/** A copy of the buffers after `kernel` has run on `buffers` once. */
export function launch(
  device: Device,
  kernel: Kernel,
  buffers: readonly Data[],
  sizes: readonly number[] = [],
): Data[] {
  const plan: Plan = {
    slots: buffers.map((data, position) => ({ kind: "external", position, bytes: data.byteLength })),
    arenaBytes: 0,
    externals: buffers.length,
    kernels: [kernel],
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
export function runPlan(device: Device, plan: Plan, externals: readonly Data[], times = 1): Data[] {
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
      const dtype = dtypeOf(externals[position] ?? new Uint8Array(0));
      return new dtypes[dtype].array(bytes.buffer, 0, bytes.byteLength / bytesOf(dtype));
    });
  } finally {
    executable.dispose();
    for (const handle of handles) device.free(handle);
  }
}

function dtypeOf(data: Data): Dtype {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  return data instanceof Uint32Array ? "u32" : "u8";
}
