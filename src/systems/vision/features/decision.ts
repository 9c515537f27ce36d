/**
 * Why a picture got its answer: Grad-CAM says which parts of it the network looked at, integrated gradients how much each adds to
 * the decision between the two likeliest classes, and covering a part what happens without it.
 */
import {
  coveredPicture,
  type ExplainsPictures,
  gradCam,
  integratedGradientsOfPictures,
  occlusion,
  type PictureBox,
  type PictureExplanation,
  type PictureNetwork,
  type PictureQuestion,
  type SanityFinding,
  sanityOf,
} from "../../../explain/index.ts";
import { at } from "../../../support/invariant.ts";
import { partsOf, smoothed } from "./parts.ts";

/** One method's map of a decision. */
export interface DecisionMap {
  /** "Grad-CAM", "Integrated gradients", "Covering". */
  readonly title: string;
  readonly explanation: PictureExplanation;
  /** Whether the method's maps depend on what the network learned; undefined where no network could be drawn anew. */
  readonly sanity: SanityFinding | undefined;
}

/** A part of a picture that led to the decision. */
export interface DecisionPart {
  /** A concept where one is known, else where the part lies. */
  readonly name: string;
  readonly isConcept: boolean;
  readonly box: PictureBox;
  /** What its pixels add to the decision, as a share of all that speaks for it (integrated gradients). */
  readonly share: number;
  /** Probability of the answer when the part is covered with the picture's mean colour. */
  readonly covered: number;
}

/** Why a picture got its answer. */
export interface Decision {
  /** Row-major [channels, height, width], from 0 to 1. */
  readonly picture: Float32Array;
  /** Numbers of the answer and of the next likely class. */
  readonly answer: number;
  readonly other: number;
  readonly probability: number;
  readonly maps: readonly DecisionMap[];
  /** The part that adds most first. */
  readonly parts: readonly DecisionPart[];
}

/** What `explainDecision` is told. */
export interface DecisionOptions {
  /** Divides the scores: of the calibration. Default 1. */
  readonly temperature?: number;
  /** Networks with weights drawn anew, for the check of the methods. Default none: nothing is checked. */
  readonly drawn?: readonly PictureNetwork[] | undefined;
  /** Pictures for that check; the picture itself where there are none. */
  readonly others?: Float32Array | undefined;
  /** What a part shows, where concepts are known. */
  readonly nameOf?: ((picture: Float32Array, box: PictureBox) => Promise<string | undefined>) | undefined;
}

/** Explains the answer to one picture [channels, height, width], from 0 to 1. */
export async function explainDecision(
  network: PictureNetwork,
  picture: Float32Array,
  { temperature = 1, drawn = [], others, nameOf }: DecisionOptions = {},
): Promise<Decision> {
  const question = { against: "runnerUp" } as const;
  const maps: DecisionMap[] = [];
  for (const { title, explain, check } of methods) {
    const sanity = drawn.length === 0 ? undefined : await sanityOf(network, others ?? picture, title, check, { drawn });
    maps.push({ title, explanation: await explain(network, picture, question), sanity });
  }
  const seen = at(maps, 0).explanation;
  const parts = await namedParts(network, picture, { maps, temperature, nameOf });
  const { targets, against, scores } = seen;
  const answer = at(targets, 0);
  return {
    picture,
    answer,
    other: at(against, 0),
    probability: probabilityOf(scores, answer, temperature),
    maps,
    parts,
  };
}

interface DecisionMethod {
  readonly title: string;
  readonly explain: (
    network: PictureNetwork,
    picture: Float32Array,
    question: PictureQuestion,
  ) => Promise<PictureExplanation>;
  /** The same for the check: there a map need not be exact. */
  readonly check: ExplainsPictures;
}

const methods: readonly DecisionMethod[] = [
  { title: "Grad-CAM", explain: gradCam, check: gradCam },
  {
    title: "Integrated gradients",
    explain: (network, picture, question) =>
      integratedGradientsOfPictures(network, picture, { ...question, baseline: meanColours(network, picture) }),
    check: (network, pictures, question) =>
      integratedGradientsOfPictures(network, pictures, {
        ...question,
        baseline: meanColours(network, pictures),
        tolerance: 0.05,
        points: 8,
        mostPoints: 64,
      }),
  },
  { title: "Covering", explain: occlusion, check: occlusion },
];

/** Each picture in its mean colour throughout: what covers parts is what whole pictures are compared with. */
function meanColours({ shape, pictureSize }: PictureNetwork, pictures: Float32Array): Float32Array {
  const { height, width } = shape;
  const made = new Float32Array(pictures.length);
  const whole = { top: 0, bottom: height, left: 0, right: width };
  for (let start = 0; start < pictures.length; start += pictureSize)
    made.set(coveredPicture(pictures.slice(start, start + pictureSize), shape, whole), start);
  return made;
}

async function namedParts(
  network: PictureNetwork,
  picture: Float32Array,
  {
    maps,
    temperature,
    nameOf,
  }: {
    readonly maps: readonly DecisionMap[];
    readonly temperature: number;
    readonly nameOf: DecisionOptions["nameOf"];
  },
): Promise<DecisionPart[]> {
  const { height, width } = network.shape;
  const smooth = maps.map(({ explanation }) => speaking(explanation));
  // Where the methods agree: none of them is right about all pictures
  const together = new Float64Array(height * width);
  for (const map of smooth) {
    const most = map.reduce((largest, value) => Math.max(largest, value), 1e-30);
    map.forEach((value, pixel) => (together[pixel] = at(together, pixel) + value / most));
  }
  const added = at(smooth, 1);
  const all = added.reduce((sum, value) => sum + value, 0);
  const parts: DecisionPart[] = [];
  for (const { pixels, box, place } of partsOf(together, { height, width })) {
    const own = pixels.reduce((sum, pixel) => sum + at(added, pixel), 0);
    const concept = await nameOf?.(picture, box);
    const without = await network.scores(coveredPicture(picture, network.shape, box));
    parts.push({
      name: concept ?? place,
      isConcept: concept !== undefined,
      box,
      share: all > 0 ? own / all : 0,
      covered: probabilityOf(without, at(at(maps, 0).explanation.targets, 0), temperature),
    });
  }
  return parts.toSorted((a, b) => b.share - a.share);
}

/** What speaks for the answer, smoothed as far as parts are large: slopes of single pixels go up and down. */
function speaking({ maps, height, width }: PictureExplanation): Float64Array {
  const radius = Math.max(1, Math.round(Math.min(height, width) / 16));
  return smoothed(maps, { height, width }, radius).map((value) => Math.max(0, value));
}

/** Softmax of scores / temperature at `answer`. */
function probabilityOf(scores: Float32Array, answer: number, temperature: number): number {
  const top = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const total = scores.reduce((sum, score) => sum + Math.exp((score - top) / temperature), 0);
  return Math.exp((at(scores, answer) - top) / temperature) / total;
}

/**
 * The decision in one sentence: "cat rather than dog (0.93), because of two ears 0.31, nose 0.22". The numbers are shares of all that
 * speaks for the answer.
 */
export function decisionInWords({ answer, other, probability, parts }: Decision, classes: readonly string[]): string {
  const start = `${at(classes, answer)} rather than ${at(classes, other)} (${probability.toFixed(2)})`;
  const groups = new Map<string, { count: number; share: number; isConcept: boolean }>();
  for (const { name, share, isConcept } of parts) {
    const known = groups.get(name) ?? { count: 0, share: 0, isConcept };
    groups.set(name, { count: known.count + 1, share: known.share + share, isConcept });
  }
  const words = [...groups]
    .filter(([, { share }]) => share >= 0.01)
    .toSorted(([, a], [, b]) => b.share - a.share)
    .map(([name, { count, share, isConcept }]) => `${isConcept ? counted(count, name) : name} ${share.toFixed(2)}`);
  return words.length === 0
    ? `${start}; no part of the picture stands out.`
    : `${start}, because of ${words.join(", ")}: shares of what speaks for the answer.`;
}

function counted(count: number, name: string): string {
  const words = ["no", "one", "two", "three", "four", "five"];
  return count === 1 ? name : `${words[count] ?? count} ${name}${name.endsWith("s") ? "" : "s"}`;
}
