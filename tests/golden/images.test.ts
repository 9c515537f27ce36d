/** Pools, resized images, sampled grids, regions and boxes against PyTorch (torchvision's formulas): results and gradients. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  adaptiveMaxPoolWithIndices,
  averagePool,
  fractionalMaxPoolWithIndices,
  gradientsOf,
  images,
  maxPoolWithIndices,
  maxUnpool,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { expectNear } from "./golden.ts";

interface Case {
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly result: readonly number[];
  readonly y: readonly number[];
  readonly upstream: readonly number[];
  readonly dx: readonly number[];
}

interface Pool extends Case {
  readonly kind: "max" | "average" | "adaptive" | "fractional" | "unpool";
  readonly kernel: readonly number[];
  readonly options: {
    readonly stride?: readonly number[];
    readonly padding?: readonly number[];
    readonly ceil_mode?: boolean;
    readonly count_include_pad?: boolean;
    readonly output?: readonly number[];
    readonly samples?: readonly number[];
  };
  readonly indices?: readonly number[];
}

interface Resized extends Case {
  readonly mode: string;
  readonly size?: readonly number[];
  readonly scale?: readonly number[];
  readonly align_corners?: boolean;
  readonly antialias?: boolean;
}

interface Grid extends Case {
  readonly mode: string;
  readonly padding: "zeros" | "border" | "reflection";
  readonly align: boolean;
  readonly places: readonly number[];
  readonly grid: readonly number[];
  readonly dgrid: readonly number[];
}

const golden: {
  readonly pools: readonly Pool[];
  readonly resized: readonly Resized[];
  readonly grids: readonly Grid[];
  readonly affine: readonly (Case & { readonly size: readonly number[]; readonly align: boolean })[];
  readonly regions: readonly {
    readonly shape: readonly number[];
    readonly x: readonly number[];
    readonly boxes: readonly number[];
    readonly batch: readonly number[];
    readonly size: readonly [number, number];
    readonly scale: number;
    readonly ratio: number;
    readonly aligned: boolean;
    readonly largest: boolean;
    readonly y: readonly number[];
  }[];
  readonly suppressions: readonly {
    readonly boxes: readonly number[];
    readonly scores: readonly number[];
    readonly threshold: number;
    readonly kept: readonly number[];
  }[];
} = JSON.parse(readFileSync(new URL("images.json", import.meta.url), "utf8"));

const host = (data: readonly number[], shape: readonly number[]) => tensor(new Float64Array(data), { shape });
const positions = (data: readonly number[], shape: readonly number[]) => tensor(new Int32Array(data), { shape });

async function expectLike(given: Tensor | undefined, shape: readonly number[], data: readonly number[], what: string) {
  if (given === undefined) return expect.fail(`${what} is missing`);
  await expectNear(given, { shape, dtype: "f64", data: new Float64Array(data) }, 1e-9, what);
}

/** The result, and the gradients of `inputs`, the first of which is x. */
async function expectCase(given: Case, call: (x: Tensor) => Tensor, what: string, others: readonly Tensor[] = []) {
  const x = host(given.x, given.shape);
  const y = call(x);
  const slopes = gradientsOf(y.multiply(host(given.upstream, given.result)).sum(), [x, ...others]);
  await expectLike(y, given.result, given.y, what);
  await expectLike(slopes[0], given.shape, given.dx, `${what}, gradient`);
  return slopes;
}

function poolOf({ kind, kernel, options, shape, indices, result }: Pool, x: Tensor): readonly [Tensor, Tensor?] {
  const { stride = kernel, padding = kernel.map(() => 0), ceil_mode: ceilMode = false, output = [] } = options;
  const move = { stride, padding, ceilMode };
  switch (kind) {
    case "max":
      return maxPoolWithIndices(x, kernel, move);
    case "average":
      return [averagePool(x, kernel, { ...move, countIncludePad: options.count_include_pad ?? true })];
    case "adaptive":
      return adaptiveMaxPoolWithIndices(x, kernel);
    case "fractional":
      return fractionalMaxPoolWithIndices(x, kernel, {
        outputSize: output,
        randomSamples: host(options.samples ?? [], [...result.slice(0, 2), kernel.length]),
      });
    case "unpool":
      return [maxUnpool(x, positions(indices ?? [], shape), kernel, { stride, padding, outputSize: output })];
  }
}

it("pools are PyTorch's", async () => {
  for (const given of golden.pools) {
    const what = `${given.kind} ${given.kernel} of [${given.shape}] ${JSON.stringify(given.options)}`;
    await expectCase(given, (x) => poolOf(given, x)[0], what);
    const [, indices] = poolOf(given, host(given.x, given.shape));
    if (indices !== undefined) expect([...(await indices.data())], what).toEqual(given.indices);
  }
});

const modes = {
  nearest: "nearest",
  "nearest-exact": "nearestExact",
  area: "area",
  linear: "linear",
  bilinear: "linear",
  trilinear: "linear",
  bicubic: "cubic",
} as const;

it("resized images are PyTorch's", async () => {
  for (const given of golden.resized) {
    const { size, scale, antialias = false } = given;
    const options: images.InterpolateOptions = {
      mode: modes[given.mode as keyof typeof modes],
      antialias,
      ...(size === undefined ? {} : { size }),
      ...(scale === undefined ? {} : { scale }),
      ...(given.align_corners === true ? { coordinates: "alignCorners" } : {}),
    };
    await expectCase(given, (x) => images.interpolate(x, options), `[${given.shape}] ${JSON.stringify(options)}`);
  }
});

it("sampled grids are PyTorch's", async () => {
  for (const given of golden.grids) {
    const { padding, align: alignCorners, places } = given;
    const mode = given.mode === "nearest" ? "nearest" : given.mode === "bicubic" ? "cubic" : "linear";
    const shape = [given.shape[0] ?? 0, ...places, places.length];
    const grid = host(given.grid, shape);
    const what = `[${given.shape}] ${mode} ${padding} ${alignCorners}`;
    const sample = (x: Tensor) => images.gridSample(x, grid, { mode, padding, alignCorners });
    const slopes = await expectCase(given, sample, what, [grid]);
    await expectLike(slopes[1], shape, given.dgrid, `${what}, gradient of the grid`);
  }
});

it("affine grids are PyTorch's", async () => {
  for (const given of golden.affine)
    await expectCase(
      given,
      (theta) => images.affineGrid(theta, given.size, { alignCorners: given.align }),
      `[${given.size}] ${given.align}`,
    );
});

it("regions are torchvision's", async () => {
  for (const { shape, x, boxes, batch, y, ...given } of golden.regions) {
    const options = {
      outputSize: given.size,
      spatialScale: given.scale,
      samplingRatio: given.ratio,
      aligned: given.aligned,
      mode: given.largest ? "max" : "avg",
    } as const;
    const regions = positions(batch, [batch.length]);
    const aligned = images.roiAlign(host(x, shape), host(boxes, [batch.length, 4]), regions, options);
    await expectLike(aligned, [batch.length, shape[1] ?? 0, ...given.size], y, JSON.stringify(options));
  }
});

it("suppressed boxes are torchvision's", async () => {
  for (const { boxes, scores, threshold, kept } of golden.suppressions) {
    const given = [host(boxes, [scores.length, 4]), host(scores, [scores.length])] as const;
    const found = await images.nms(...given, { iouThreshold: threshold });
    expect([...(await found.data())]).toEqual(kept);
    const some = images.nms(...given, { iouThreshold: threshold, maxOutputBoxesPerClass: 2, size: 3 });
    expect([...(await some.data())]).toEqual([...kept.slice(0, 2), -1, -1].slice(0, 3));
  }
});
