/**
 * Why did a network give a picture this answer? All methods by one name, with what they cost, said before anything runs. Next:
 * `explanation.ts` for what they say, `integratedGradients.ts` and `gradCam.ts` for the two to begin with.
 */
import type { ExplanationCost, PictureExplanation } from "./explanation.ts";
import { type GradCamOptions, gradCam } from "./gradCam.ts";
import { integratedGradientsOfPictures, type PathOptions } from "./integratedGradients.ts";
import { type OcclusionOptions, occlusion, occlusionBoxes, occlusionCost } from "./occlusion.ts";
import type { PictureNetwork } from "./pictureNetwork.ts";
import { inputTimesGradient, type SmoothGradOptions, saliency, smoothGrad } from "./slopes.ts";

/** A method with its choices. */
export type PictureMethod =
  | ({ readonly method: "saliency" | "inputTimesGradient" } & Pick<PathOptions, "target" | "against">)
  | ({ readonly method: "smoothGrad" } & SmoothGradOptions)
  | ({ readonly method: "integratedGradients" } & PathOptions)
  | ({ readonly method: "gradCam" } & GradCamOptions)
  | ({ readonly method: "occlusion" } & OcclusionOptions);

/**
 * Explains pictures [pictures, channels, height, width], from 0 to 1.
 * @throws ArgumentError for options out of range; UnsupportedError where the method cannot work on the network.
 *
 * @example
 * ```ts
 * import { explainPictures, PictureNetwork } from "smilodon/explain";
 * import { createNetwork } from "smilodon/systems/vision";
 * const shape = { channels: 1, height: 12, width: 12 } as const;
 * const network = createNetwork({ network: "lenet", ...shape, classes: 2, breadth: 0.25 }).eval();
 * const asked = new PictureNetwork(network, shape, { block: 8 });
 * const picture = Float32Array.from({ length: 144 }, (_, pixel) => (pixel % 12) / 12);
 * const why = await explainPictures(asked, picture, { method: "integratedGradients" });
 * console.log(why.maps.length, why.relativeDelta); // 144, at most 0.001
 * ```
 */
export function explainPictures(
  network: PictureNetwork,
  pictures: Float32Array,
  { method, ...options }: PictureMethod,
): Promise<PictureExplanation> {
  return explainers[method](network, pictures, options);
}

const explainers = {
  saliency,
  inputTimesGradient,
  smoothGrad,
  integratedGradients: integratedGradientsOfPictures,
  gradCam,
  occlusion,
} satisfies Record<
  PictureMethod["method"],
  (network: PictureNetwork, pictures: Float32Array, options: object) => Promise<PictureExplanation>
>;

/** Passes through the network, at least and at most. */
export interface ExpectedCost {
  readonly least: ExplanationCost;
  readonly most: ExplanationCost;
}

/** What explaining `count` pictures will cost, in pictures that pass through the network. Nothing is run. */
export function costOfExplanation(network: PictureNetwork, count: number, asked: PictureMethod): ExpectedCost {
  switch (asked.method) {
    case "saliency":
    case "inputTimesGradient":
    case "gradCam":
      return exactly({ forward: 2 * count, backward: count });
    case "smoothGrad": {
      const { samples = 32 } = asked;
      return exactly({ forward: (samples + 2) * count, backward: (samples + 1) * count });
    }
    case "occlusion":
      return exactly(occlusionCost(count, occlusionBoxes(network.shape, asked.window, asked.stride).length));
    case "integratedGradients": {
      const { points = 16, mostPoints = 4096 } = asked;
      // Pieces of the way may all be walked, halved and walked again
      const passes = (slopes: number) => ({
        forward: Math.ceil(1.25 * slopes + 3) * count,
        backward: (slopes + 1) * count,
      });
      return { least: passes(4 * Math.ceil(points / 4)), most: passes(2 * mostPoints) };
    }
    default:
      return asked satisfies never;
  }
}

function exactly(cost: ExplanationCost): ExpectedCost {
  return { least: cost, most: cost };
}
