/** Pools on native, whose lines are shorter than a vector: the numbers of WebAssembly, with equal elements and NaN, the same bits with any threads. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { WasmDevice } from "../../../src/device/wasm/wasmDevice.ts";
import { compile, maxPool, setDevice, type Tensor, tensor, vjp } from "../../../src/index.ts";
import "../../../src/runtime/registry.node.ts";
import { registerDevice } from "../../../src/runtime/registry.ts";
import { DevicesInStep } from "../../conformance/devicesInStep.ts";
import { hasNative, reason } from "./available.ts";

const [n, channels] = [3, 5];

/** Few different numbers, so that many are equal, and NaN here and there. */
function numbers(height: number, width: number): Tensor {
  const values = Float32Array.from({ length: n * channels * height * width }, (_, place) =>
    place % 97 === 96 ? Number.NaN : ((place * 31) % 7) - 3,
  );
  return tensor(values, { shape: [n, channels, height, width] });
}

const pooled = (x: Tensor, size: number) => maxPool(x, [size, size]);
const both = (size: number) =>
  compile((x: Tensor) => {
    const [y, back] = vjp((given: Tensor) => pooled(given, size), x);
    return [y, back(y.isNan().where(1, y))[0]];
  });

describe.skipIf(!hasNative)(`pools ${reason}`, () => {
  const devices: NativeDevice[] = [];
  beforeAll(() => {
    for (const threads of [1, 2])
      devices.push(new NativeDevice({ threads, grain: { share: 1, piece: 1 << 8, wake: 1 << 8 } }));
    const wasm = new WasmDevice({ threads: 1 });
    registerDevice("native", () => new DevicesInStep(devices));
    registerDevice("wasm", () => wasm);
  });
  afterAll(() => {
    for (const device of devices) device.dispose();
  });

  test.each([
    [14, 14, 2],
    [31, 31, 2],
    [13, 14, 3],
  ])("%i × %i in windows of %i, there and back", async (height, width, size) => {
    const results = async (device: string) => {
      setDevice(device);
      return Promise.all(both(size)(numbers(height, width)).map((each) => each.toArray()));
    };
    const found = await results("native");
    expect(found).toEqual(await results("wasm"));
  });
});
