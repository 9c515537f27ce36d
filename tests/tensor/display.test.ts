/** Tensors as text. */
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
  expect(await show(arange(100))).toBe("i32[100] [ 0   1   2  …  97  98  99]");
  expect(await show(tensor([NaN, 1e-9, 123456789]), { digits: 2 })).toBe("f32[3] [    NaN  1.00e-9  1.23e+8]");
  expect(await show(tensor(true))).toBe("bool[] true");
  expect(await show(zeros([0, 2]))).toBe("f32[0, 2] []");
});
