/** What a visitor sets on the page of layers; all of it lives in the address. */
import type { Signal } from "@preact/signals";
import { type PointClass, pointClasses } from "../../parts/OwnPoints.tsx";
import { type PaceName, paces } from "../../parts/PlayControls.tsx";
import { addressSetting, type Codec, type Setting } from "../../shell/address.ts";
import { choiceCodec, listCodec, numberCodec, pointsCodec } from "../../shell/codecs.ts";
import {
  type NonlinearityName,
  nonlinearityTitles,
  type OptimizerName,
  optimizerTitles,
} from "../../training/choiceNames.ts";
import type { Penalty } from "../../training/jobs/dense.ts";
import { type Points, pointsOf } from "../../training/points.ts";
import { type ProblemName, problems, squareAxes } from "../../training/problems.ts";

/** Names of the data sets on offer; `own` are the visitor's points. */
export const dataTitles: Readonly<Record<ProblemName | "own", string>> = {
  bones: problems.bones.title,
  rings: problems.rings.title,
  xor: problems.xor.title,
  spirals: problems.spirals.title,
  clouds: problems.clouds.title,
  own: "Your own points",
};

/** Titles of what may be added to the loss. */
export const penaltyTitles: Readonly<Record<Penalty["kind"], string>> = {
  none: "none",
  absolute: "sum of |w|",
  square: "sum of w²",
};

/** Most hidden layers, and most units in one. */
export const most = { layers: 6, units: 8 };

const list = listCodec(0, most.layers);

/** Units of each hidden layer. */
const hiddenCodec: Codec<readonly number[]> = {
  parse: (text) => {
    const sizes = list.parse(text);
    const isRight = sizes?.every((size) => Number.isInteger(size) && size >= 1 && size <= most.units);
    return isRight ? sizes : undefined;
  },
  write: list.write,
};

/** All settings of the page. */
export interface LayerSettings {
  readonly data: Setting<ProblemName | "own">;
  readonly own: Setting<Points>;
  /** Class of the next point. */
  readonly next: Setting<PointClass>;
  readonly count: Setting<number>;
  readonly noise: Setting<number>;
  readonly hidden: Setting<readonly number[]>;
  readonly nonlinearity: Setting<NonlinearityName>;
  readonly optimizer: Setting<OptimizerName>;
  readonly rate: Setting<number>;
  readonly penalty: Setting<Penalty["kind"]>;
  readonly strength: Setting<number>;
  readonly batch: Setting<number>;
  readonly seed: Setting<number>;
  readonly pace: Setting<PaceName>;
  /** Layer and unit that are looked at, from 1. */
  readonly unit: Setting<readonly number[]>;
}

/** The settings of an address. */
export function layerSettings(query: Signal<URLSearchParams>): LayerSettings {
  return {
    data: addressSetting(query, "data", choiceCodec(dataTitles), "rings"),
    own: addressSetting(query, "points", pointsCodec(squareAxes), pointsOf([])),
    next: addressSetting(query, "next", choiceCodec(pointClasses), "orange"),
    count: addressSetting(query, "count", wholeCodec(20, 1000), 400),
    noise: addressSetting(query, "noise", numberCodec(0, 1, 2), 0),
    hidden: addressSetting(query, "units", hiddenCodec, [8, 8]),
    nonlinearity: addressSetting(query, "alpha", choiceCodec(nonlinearityTitles), "tanh"),
    optimizer: addressSetting(query, "by", choiceCodec(optimizerTitles), "adam"),
    rate: addressSetting(query, "rate", numberCodec(0.0001, 10), 0.01),
    penalty: addressSetting(query, "penalty", choiceCodec(penaltyTitles), "none"),
    strength: addressSetting(query, "strength", numberCodec(0.0001, 1), 0.003),
    batch: addressSetting(query, "batch", wholeCodec(1, 1000), 128),
    seed: addressSetting(query, "seed", wholeCodec(0, 99_999), 1),
    pace: addressSetting(query, "pace", choiceCodec(paces), "steady"),
    unit: addressSetting(query, "unit", listCodec(2, 2), [1, 1]),
  };
}

function wholeCodec(lowest: number, highest: number): Codec<number> {
  const codec = numberCodec(lowest, highest, 6);
  return {
    parse: (text) => {
      const value = codec.parse(text);
      return Number.isInteger(value) ? value : undefined;
    },
    write: codec.write,
  };
}
