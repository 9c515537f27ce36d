/** How a network for a set of pictures is chosen and learns: what `chooseSettings` and `learn` say, as `trainPictures` takes it. */

import { DataError } from "../../support/errors.ts";
import type { FitProgress } from "../../train/index.ts";
import { learn } from "./learn.ts";
import type { VisionNetwork } from "./network.ts";
import { createNetwork } from "./networks/index.ts";
import { networkSchema, readNetworkSettings, type VisionSettings } from "./settings.ts";
import type { SettingReason } from "./study.ts";
import type { NetworkMaker, PictureInput, VisionSystem } from "./system.ts";
import type { PictureRecipe } from "./train.ts";

/** What a recipe is made of. */
export interface RecipeParts {
  readonly settings: VisionSettings;
  readonly reasons: readonly SettingReason[];
  readonly fit: PictureInput["fit"];
  readonly seed: number;
  /** Training ends after so many, whatever the epochs. */
  readonly milliseconds?: number | undefined;
  /** A system whose network is gone on from. */
  readonly from?: VisionSystem | undefined;
}

/** The recipe. @throws DataError where the network that is gone on from is of another kind. */
export function recipeOf({ settings, reasons, fit, seed, milliseconds, from }: RecipeParts): PictureRecipe {
  const shape = readNetworkSettings(settings.network);
  const { channels, height, width } = shape;
  return {
    settings: { ...shape },
    input: { channels, height, width, fit },
    reasons,
    async learn(set, { onProgress, ...hooks }) {
      const start = from === undefined ? undefined : continued(from, settings.network);
      const { network, history } = await learn(
        set,
        { ...settings, network: shape },
        {
          ...hooks,
          seed,
          from: start,
          milliseconds,
          onProgress: (progress) => onProgress?.(`epoch ${progress.epoch} of ${progress.epochs}`, shareDone(progress)),
        },
      );
      return { network, history };
    },
  };
}

function shareDone({ epoch, epochs, step, steps, seconds, secondsLeft }: FitProgress): number {
  if (secondsLeft !== undefined && seconds + secondsLeft > 0) return seconds / (seconds + secondsLeft);
  return (epoch - 1 + (steps === undefined ? 0 : step / steps)) / epochs;
}

/** A network for `settings` with the weights of `from` wherever they fit: all of them, or all but the last layer's where classes differ. */
function continued(from: VisionSystem, settings: VisionSettings["network"]): VisionNetwork {
  const network = createNetwork(settings);
  const known = from.network.namedParameters();
  let taken = 0;
  for (const [path, parameter] of network.namedParameters()) {
    const before = known.get(path);
    if (before === undefined || String(before.shape) !== String(parameter.shape)) continue;
    parameter.assign(before.value);
    taken++;
  }
  if (taken === 0)
    throw new DataError(
      `The network of the run that is gone on from is ${from.settings.network}, none of whose weights fit ${settings.network}. Leave out --network.`,
    );
  return network;
}

/** Makes the networks that folders hold. @throws DataError where the settings are none. */
export const makeNetwork: NetworkMaker = (settings) => {
  const read = networkSchema.safeParse(settings);
  if (read.success) return createNetwork(read.data);
  const [issue] = read.error.issues;
  throw new DataError(
    `config.json: settings.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not known"}. A newer version may know it.`,
    { settings },
  );
};
