/** What a network of pictures has learned, layer by layer: its first filters, what units look for, and where they find it. */
import type { PixelStore } from "../../../data/images/imageSet.ts";
import {
  type FilterPictures,
  firstFilters,
  type OptimizedUnits,
  optimizeUnits,
  type PictureNetwork,
  receptiveFields,
  type StrongPatch,
  strongestPatches,
  unitCount,
} from "../../../explain/index.ts";
import { UnsupportedError } from "../../../support/errors.ts";
import { at } from "../../../support/invariant.ts";
import { Standardize, VisionNetwork } from "../network.ts";

/** What one unit looks for. */
export interface UnitStudy {
  readonly unit: number;
  /** Row-major [channels, height, width], from 0 to 1: what was changed until the unit answered strongly. */
  readonly optimized: Float32Array;
  /** Mean answer to it, and the strongest answer of any place to real pictures (0 where there were none). */
  readonly activation: number;
  readonly strongest: number;
  readonly patches: readonly StrongPatch[];
  /** Share of real pictures to which it answers somewhere; undefined without pictures. */
  readonly activeShare: number | undefined;
  /** The class that it stands for, or a concept that it follows. */
  readonly name: string | undefined;
}

/** What one stage looks for. */
export interface StageStudy {
  readonly name: string;
  /** Units in all, and places across the picture. */
  readonly units: number;
  readonly rows: number;
  readonly columns: number;
  /** Pixels, down and across, that a place in the middle can see. */
  readonly field: readonly [height: number, width: number];
  readonly shown: readonly UnitStudy[];
}

/** What a network has learned, layer by layer. */
export interface FeatureStudy {
  readonly filters: FilterPictures | undefined;
  readonly stages: readonly StageStudy[];
  /** Real pictures that were looked through. */
  readonly pictures: number;
}

/** What `studyFeatures` is told. */
export interface FeatureOptions {
  /** Names of the classes, for the last stage. */
  readonly classes: readonly string[];
  /** Real pictures of the size that the network takes. */
  readonly pictures?: PixelStore | undefined;
  /** Units to show of each stage. Default 12. */
  readonly units?: number | undefined;
  /** Steps of optimization. Default 160. */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Names of units where concepts are known: by stage and unit. */
  readonly nameOf?: ((stage: string, unit: number) => string | undefined) | undefined;
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
}

/** Looks through the stages of a network, the one that only standardizes left out. */
export async function studyFeatures(network: PictureNetwork, options: FeatureOptions): Promise<FeatureStudy> {
  const { stages } = network.network;
  const numbers = [...stages.keys()].filter((stage) => !isStandardizing(network, at(stages, stage).name));
  const studied: StageStudy[] = [];
  for (const [index, stage] of numbers.entries()) {
    const { name } = at(stages, stage);
    const found = await studyStage(network, stage, {
      ...options,
      onProgress: (done) => options.onProgress?.(`looking at ${name}`, (index + done) / numbers.length),
    });
    if (found !== undefined) studied.push(found);
  }
  return { filters: await filtersOf(network), stages: studied, pictures: options.pictures?.count ?? 0 };
}

function isStandardizing({ network }: PictureNetwork, stage: string): boolean {
  return network instanceof VisionNetwork && network.parts[stage] instanceof Standardize;
}

async function filtersOf({ network, shape }: PictureNetwork): Promise<FilterPictures | undefined> {
  try {
    return await firstFilters(network, shape.channels);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** Undefined for stages that have no units: tokens of a transformer without places. */
async function studyStage(
  network: PictureNetwork,
  stage: number,
  {
    classes,
    pictures,
    units: most = 12,
    steps = 160,
    seed = 0,
    nameOf,
    onProgress,
  }: Omit<FeatureOptions, "onProgress"> & {
    readonly onProgress: (done: number) => void;
  },
): Promise<StageStudy | undefined> {
  const { name } = at(network.network.stages, stage);
  const { shape } = await network.activations(stage, new Float32Array(network.pictureSize));
  if (shape.length !== 3 && shape.length !== 1) return undefined;
  const isLast = stage === network.network.stages.length - 1;
  const count = await unitCount(network, stage);
  const found = pictures === undefined || isLast ? [] : await strongestPatches(network, pictures, { stage, top: 6 });
  const awake = found.filter(({ patches }) => patches.length > 0).map(({ unit }) => unit);
  const pool = awake.length > 0 ? awake : Array.from({ length: count }, (_, unit) => unit);
  // Evenly spread: neighbours in a list of units have nothing to do with each other
  const units = Array.from({ length: Math.min(most, pool.length) }, (_, place) =>
    at(pool, Math.floor((place * pool.length) / Math.min(most, pool.length))),
  );
  const optimized = await optimizeUnits(network, {
    stage,
    units,
    steps,
    seed,
    onProgress: (done, total) => onProgress(done / total),
  });
  const fields = await receptiveFields(network, stage);
  const [, rows = 1, columns = 1] = shape;
  return {
    name,
    units: count,
    rows,
    columns,
    field: [lengthOf(at(fields.rows, Math.floor(rows / 2))), lengthOf(at(fields.columns, Math.floor(columns / 2)))],
    shown: units.map((unit, index) => {
      const { patches = [], activeShare } = found.find((each) => each.unit === unit) ?? {};
      const { activation = 0 } = patches[0] ?? {};
      return {
        ...optimizedOf(optimized, index, network.pictureSize),
        patches,
        strongest: activation,
        activeShare,
        name: isLast ? classes[unit] : nameOf?.(name, unit),
      };
    }),
  };
}

function optimizedOf(
  { units, pictures, activations }: OptimizedUnits,
  index: number,
  size: number,
): Pick<UnitStudy, "unit" | "optimized" | "activation"> {
  return {
    unit: at(units, index),
    optimized: pictures.slice(index * size, (index + 1) * size),
    activation: at(activations, index),
  };
}

function lengthOf([start, end]: readonly [number, number]): number {
  return end - start;
}
