/** What the type checker says where shapes do not fit: both sizes, in words. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}.cache/shapeMessages/`;

const wrong = `import { add, matmul, ones, type Tensor } from "${root}src/index.ts";
declare const a: Tensor<[2, 3]>;
declare const batch: Tensor<["batch", 3]>;
declare const time: Tensor<["time", 3]>;
add(a, ones([4]));
a.matmul(a);
matmul(ones([2, 4, 5]), ones([3, 5, 6]));
batch.multiply(time);
`;

it("names the sizes that disagree", { timeout: 60_000 }, () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}wrong.ts`, wrong);
  writeFileSync(
    `${folder}tsconfig.json`,
    JSON.stringify({ extends: `${root}tsconfig.types.json`, include: ["wrong.ts"] }),
  );
  let output = "";
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    output = String((error as { stdout?: unknown }).stdout);
  }
  expect(output).toContain('ShapeMismatch<"sizes 3 and 4 do not broadcast">');
  expect(output).toContain(
    "matmul sums over the last axis of the left, of size 3, and the rows of the right, of size 2",
  );
  expect(output).toContain('ShapeMismatch<"sizes 2 and 3 do not broadcast">');
  expect(output).toContain('ShapeMismatch<"sizes batch and time do not broadcast">');
  expect(output.match(/wrong\.ts\(\d+,\d+\)/g)).toHaveLength(4);
});
