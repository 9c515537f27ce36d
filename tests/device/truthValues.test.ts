/** Loops over truth values alone run sixteen to a vector on WebAssembly: whatever is left over, and whatever bytes stand for true. */
import { expect, test } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { Draft } from "../conformance/draft.ts";
import { launch } from "../conformance/launch.ts";

type Logic = (draft: Draft, a: Expression, b: Expression) => Expression;

const logic: Readonly<Record<string, Logic>> = {
  and: ({ e }, a, b) => e.apply("and", a, b),
  or: ({ e }, a, b) => e.apply("or", a, b),
  xor: ({ e }, a, b) => e.apply("xor", a, b),
  not: ({ e }, a) => e.apply("not", a),
  "a and not (b or a)": ({ e }, a, b) => e.apply("and", a, e.apply("not", e.apply("or", b, e.apply("not", a)))),
  "a or (a xor b)": ({ e }, a, b) => e.apply("or", a, e.apply("xor", a, b)),
  equal: ({ e }, a, b) => e.apply("equal", a, b),
};

const [interpreter, wasm] = [new InterpreterDevice(), new WasmDevice({ threads: 1 })];

test.each(Object.entries(logic))("%s", (_name, compute) => {
  for (const count of [1, 3, 4, 15, 16, 17, 31, 36, 100]) {
    const draft = new Draft();
    const [a, b] = [draft.buffer("bool", "read"), draft.buffer("bool", "read")];
    const [output, size] = [draft.buffer("bool", "write"), draft.size()];
    const kernel = draft.kernel("logic", [
      draft.loop(size, (i) => [draft.store(output, i, compute(draft, draft.load(a, i), draft.load(b, i)))], {
        lanes: 8,
      }),
    ]);
    const bytes = (step: number) =>
      Uint8Array.from({ length: count }, (_, place) => [0, 1, 0, 255, 2][(place * step) % 5] ?? 0);
    const run = (device: InterpreterDevice | WasmDevice) =>
      launch(device, kernel, [bytes(1), bytes(3), new Uint8Array(count + 20)], [count])[2];
    expect(run(wasm)).toEqual(run(interpreter));
  }
});
