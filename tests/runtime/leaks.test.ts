/** The leak report counts what is alive, by the line that made it. */
import { afterEach, expect, test } from "vitest";
import { compile, reportLeaks, setDebug, type Tensor, tensor } from "../../src/index.ts";

afterEach(() => setDebug({ leaks: false }));

test("tensors alive are grouped by line, most bytes first", () => {
  tensor([1]);
  setDebug({ leaks: true });
  const large = [100, 200].map((size) => tensor(new Float32Array(size)));
  const small = tensor([1, 2, 3]);
  const report = reportLeaks();
  expect([report.count, report.bytes]).toEqual([3, 1212]);
  expect(report.lines.map(({ count, bytes, types }) => ({ count, bytes, types }))).toEqual([
    { count: 2, bytes: 1200, types: ["f32[100]", "f32[200]"] },
    { count: 1, bytes: 12, types: ["f32[3]"] },
  ]);
  for (const { line } of report.lines) expect(line).toMatch(/leaks\.test\.ts:\d+:\d+$/);
  expect(String(report)).toMatch(/^3 tensors alive, 1\.21 kB\ncount +bytes +made at +types\n2 +1\.20 kB .*leaks\.test/);
  large[0]?.dispose();
  expect(reportLeaks().bytes).toBe(812);
  expect(small.size).toBe(3);
});

test("results of eager and compiled code count, and what is pending has no memory", () => {
  const x = tensor([1, 2]);
  const double = compile((y: Tensor) => y.multiply(2));
  double(x);
  setDebug({ leaks: true });
  const pending = x.add(1);
  expect(reportLeaks().count).toBe(0);
  pending.dataSync();
  const result = double(x);
  expect(reportLeaks().count).toBe(2);
  result.dispose();
  pending.dispose();
  expect([reportLeaks().count, reportLeaks().lines]).toEqual([0, []]);
});

test("thousands of tensors that come and go leave no notes behind, and every one has its line", () => {
  setDebug({ leaks: true });
  for (let step = 0; step < 5000; step++) tensor([step]).dispose();
  const held = Array.from({ length: 5000 }, (_, step) => tensor([step]));
  expect(reportLeaks().lines).toMatchObject([{ count: held.length, line: expect.stringContaining("leaks.test.ts") }]);
  setDebug({ leaks: false });
  expect(reportLeaks().count).toBe(0);
});
