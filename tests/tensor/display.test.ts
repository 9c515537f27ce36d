/** Tensors as text. */
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { arange, show, tensor, zeros } from "../../src/index.ts";

it("show() aligns points and leaves out the middle", async () => {
  expect(
    await show(
      tensor([
        [1, 2.5],
        [-3, 4],
      ]),
    ),
  ).toBe("f32[2, 2] [[ 1     2.5]\n           [-3     4  ]]");
  expect(await show(arange(100), { edge: 3 })).toBe("i32[100] [ 0   1   2  …  97  98  99]");
  expect(await show(tensor([NaN, 1e-9, 123456789]), { digits: 2 })).toBe("f32[3] [    NaN  1.00e-9  1.23e+8]");
  expect(await show(tensor(true))).toBe("bool[] true");
  expect(await show(zeros([0, 2]))).toBe("f32[0, 2] []");
});

it("shows all of a thousand elements, and the ends of more", async () => {
  expect(await show(arange(1000))).toContain(" 500  501 ");
  expect(await show(arange(1001))).toMatch(/^i32\[1001\] \[ {3}0 {5}1 {5}2 {2}… {3}998 {3}999 {2}1000\]$/);
});

it("terminals show values that are there, and compute nothing", async () => {
  const x = tensor([1, 2.5]);
  expect(inspect({ x })).toContain("Tensor(f32[2] [1    2.5] on wasm)");
  const y = x.add(1);
  expect(inspect(y)).toMatch(/Tensor\(f32\[2\], not computed yet: await show\(x\)/);
  await y.data();
  expect(inspect(y)).toBe("Tensor(f32[2] [2    3.5] on wasm)");
  y.dispose();
  expect(inspect(y)).toBe("Tensor(f32[2], disposed)");
});

it("notebooks get a bundle by type, computed", async () => {
  const display: unknown = Reflect.get(tensor([1, 2]).add(1), Symbol.for("Jupyter.display"));
  expect(await Reflect.apply(display as () => unknown, tensor([1, 2]).add(1), [])).toEqual({
    "text/plain": "f32[2] [2  3]",
  });
});
