/**
 * Shortcuts: does a network decide by what stands around the object? Nothing is known of the pictures but their classes, so it
 * is tried: the frame of a picture is replaced by that of another one. Frames of its own class show what replacing does by itself; where frames of
 * other classes do more harm than those, the network reads the class off the frame. frameSkill.ts says whether frames tell it at all.
 *
 * Source: the mixed backgrounds of K. Xiao, L. Engstrom, A. Ilyas, A. Madry, "Noise or signal: the role of image backgrounds in object recognition", ICLR
 * 2021 ("BG-Gap": same-class against random backgrounds), with a frame in place of a segmented background.
 */
import { shuffledOrder } from "../data/shuffle.ts";
import type { StagedNetwork } from "../explain/stagedNetwork.ts";
import { DataError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { hostArray, tensorOf } from "../tensor/hostArray.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { compile } from "../transforms/compile.ts";
import { frameSkill, type LabelledPictures } from "./frameSkill.ts";

/** Choices of `findShortcut`. */
export interface ShortcutOptions {
  /** Decides which pictures and which frames. Default 0. */
  readonly seed?: number;
  /** At most so many pictures are tried. Default 300. */
  readonly pictures?: number;
  /** Pictures with frames of either kind that are made of each. Default 4. */
  readonly frames?: number;
}

/** What was found. Shares are of pictures that the network tells rightly as they are. */
export interface ShortcutFinding {
  /** Pictures tried. */
  readonly pictures: number;
  /** Share told rightly as they are, of all tried. */
  readonly accuracy: number;
  /** Share still told rightly with frames of other pictures of their own class. */
  readonly sameFrames: number;
  /** The same with frames of other classes. */
  readonly otherFrames: number;
  /** Share that is taken for the class of the frame, where that is another one. */
  readonly followed: number;
  /** Share of the evidence (score of the class above the next best) that comes from the frame, about; 0 where it decides nothing. */
  readonly evidence: number;
  /** 95 % interval of the evidence. */
  readonly interval: readonly [low: number, high: number];
  /** How well frames alone tell the class to a simple classifier: 0 as chance, 1 always. */
  readonly frameSkill: number;
  /** Is it worth a warning? */
  readonly isShortcut: boolean;
  /** In words. */
  readonly message: string;
}

/** From here on it is a shortcut; the log of experiments has what honest networks show. */
export const shortcutLimits = { evidence: 0.12, low: 0.08, frameSkill: 0.3 } as const;

/** The frame: from this share of the half picture outwards, in so wide a transition. */
const frame = { from: 0.68, over: 0.14 } as const;

/** Pictures in a launch. */
const together = 64;

/** Fewer say nothing. */
const fewest = 20;

/**
 * Tries whether `network` reads the class off the frame of pictures. Give it pictures that it has not learned from.
 * @throws DataError where there is only one class.
 *
 * @example
 * ```ts
 * import { findShortcut } from "smilodon/audit";
 * import { tensor, type Tensor } from "smilodon";
 * // Left column of pixels dark or bright: all that this network looks at
 * const network = { stages: [], forward: (x: Tensor) => x.slice(null, 0, 0, [0, 2]).subtract(0.5).multiply(tensor([-1, 1])) };
 * const pixels = Float32Array.from({ length: 40 * 64 }, (_, index) => Math.floor(index / 64) % 2);
 * const labels = Array.from({ length: 40 }, (_, row) => row % 2);
 * const found = await findShortcut(network, { pixels, channels: 1, height: 8, width: 8, labels, classes: ["dark", "bright"] });
 * console.log(found.isShortcut); // true
 * ```
 */
export async function findShortcut(
  network: StagedNetwork,
  given: LabelledPictures,
  { seed = 0, pictures = 300, frames = 4 }: ShortcutOptions = {},
): Promise<ShortcutFinding> {
  const rows = Array.from(shuffledOrder(given.labels.length, seed, "sample").subarray(0, pictures));
  const byClass = given.classes.map((_, label) => rows.filter((row) => at(given.labels, row) === label));
  if (byClass.filter((members) => members.length > 1).length < 2)
    throw new DataError("Shortcuts: two classes of two pictures each are needed, to exchange frames between them.");
  const teller = new Teller(network, given);
  const plain = await teller.tell(rows.map((row) => ({ centre: row, frame: row })));
  const right = plain.filter(({ isRight }) => isRight).map(({ pair }) => pair.centre);
  const framed = (from: (row: number) => readonly number[]) =>
    teller.tell(right.flatMap((row) => donors(row, from(row), frames, seed)));
  const same = await framed((row) => at(byClass, at(given.labels, row)));
  const others = await framed((row) => rows.filter((other) => at(given.labels, other) !== at(given.labels, row)));
  const figures = {
    pictures: rows.length,
    accuracy: right.length / rows.length,
    sameFrames: meanOf(same.map(({ isRight }) => Number(isRight))),
    otherFrames: meanOf(others.map(({ isRight }) => Number(isRight))),
    followed: meanOf(others.map(({ isFollowed }) => Number(isFollowed))),
    frameSkill: frameSkill(given, rows),
  };
  return judged(figures, evidenceOf(same, others));
}

/** A picture with the frame of another. */
interface Pair {
  readonly centre: number;
  readonly frame: number;
}

/** What the network said to it. */
interface Told {
  readonly pair: Pair;
  /** Score of the class of the centre above the best of the others. */
  readonly margin: number;
  readonly isRight: boolean;
  /** Was it taken for the class of the frame, which is another? */
  readonly isFollowed: boolean;
}

/** `count` frames for a picture, all different where there are enough. */
function donors(row: number, from: readonly number[], count: number, seed: number): Pair[] {
  const others = from.filter((other) => other !== row);
  if (others.length === 0) return [];
  const order = shuffledOrder(others.length, seed, "sample", row + 1);
  return Array.from({ length: count }, (_, index) => ({
    centre: row,
    frame: at(others, at(order, index % others.length)),
  }));
}

/**
 * Share of the evidence that comes from frames. Where a margin is c of the centre and f of the frame, with the sign of the frame's class, frames of
 * the own class give c + f and those of others c − f. With its 95 % interval, picture by picture.
 */
function evidenceOf(same: readonly Told[], others: readonly Told[]): Pick<ShortcutFinding, "evidence" | "interval"> {
  const [kept, lost] = [marginsOf(same), marginsOf(others)];
  const pairs = Array.from(kept, ([row, margin]) => ({ margin, other: lost.get(row) })).flatMap(({ margin, other }) =>
    other === undefined ? [] : [{ margin, change: (margin - other) / 2 }],
  );
  const total = meanOf(pairs.map(({ margin }) => margin));
  const evidence = total > 0 ? meanOf(pairs.map(({ change }) => change)) / total : 0;
  const variance = meanOf(pairs.map(({ margin, change }) => (change - evidence * margin) ** 2));
  const reach = total > 0 ? (1.96 * Math.sqrt(variance / Math.max(1, pairs.length - 1))) / total : 1;
  return { evidence, interval: [evidence - reach, evidence + reach] };
}

/** Mean margin of each picture. */
function marginsOf(told: readonly Told[]): Map<number, number> {
  const margins = new Map<number, number[]>();
  for (const { pair, margin } of told) margins.set(pair.centre, [...(margins.get(pair.centre) ?? []), margin]);
  return new Map(Array.from(margins, ([row, found]) => [row, meanOf(found)]));
}

type Figures = Omit<ShortcutFinding, "evidence" | "interval" | "isShortcut" | "message">;

function judged(
  figures: Figures,
  { evidence, interval }: Pick<ShortcutFinding, "evidence" | "interval">,
): ShortcutFinding {
  const isMeasured = figures.pictures * figures.accuracy >= fewest;
  const isShortcut = isMeasured && evidence >= shortcutLimits.evidence && interval[0] >= shortcutLimits.low;
  return { ...figures, evidence, interval, isShortcut, message: wordsOf(figures, evidence, isMeasured, isShortcut) };
}

function wordsOf(figures: Figures, evidence: number, isMeasured: boolean, isShortcut: boolean): string {
  if (!isMeasured)
    return `Too few pictures are told rightly (${Math.round(figures.pictures * figures.accuracy)}) to say what their frames decide.`;
  const shares = `with frames of other pictures of its own class ${percent(figures.sameFrames)} stay right, with frames of other classes ${percent(figures.otherFrames)}`;
  const telling =
    figures.frameSkill >= shortcutLimits.frameSkill
      ? `Frames alone tell the class to a simple classifier (${percent(figures.frameSkill)} of the way from chance to certainty)`
      : "Frames alone hardly tell the class";
  if (isShortcut)
    return `The network decides by what stands around: of the pictures that it tells rightly, ${shares}, and ${percent(figures.followed)} are then taken for what the frame shows. ${telling}. It may fail wherever backgrounds differ from these.`;
  const cause =
    evidence >= shortcutLimits.evidence / 2
      ? "The surroundings matter a little"
      : "The surroundings decide next to nothing";
  return `${cause}: of the pictures that the network tells rightly, ${shares}. ${telling}.`;
}

/** Asks the network about pictures with exchanged frames, some at a time. */
class Teller {
  readonly #given: LabelledPictures;
  readonly #mask: Float32Array;
  readonly #scores: (pictures: Tensor) => Tensor;

  constructor(network: StagedNetwork, given: LabelledPictures) {
    this.#given = given;
    this.#mask = frameMask(given.height, given.width);
    this.#scores = compile((pictures: Tensor) => network.forward(pictures));
  }

  /** What the network says to each pair. */
  async tell(pairs: readonly Pair[]): Promise<Told[]> {
    const { channels, height, width, labels } = this.#given;
    const told: Told[] = [];
    for (let start = 0; start < pairs.length; start += together) {
      const some = pairs.slice(start, start + together);
      const batch = new Float32Array(together * channels * height * width);
      some.forEach((pair, index) => this.#write(batch, pair, index));
      const scores = this.#scores(tensorOf(hostArray(batch, [together, channels, height, width])));
      const [values, classes] = [await scores.data(), scores.shape[1] ?? 0];
      some.forEach((pair, index) => {
        const own = Array.from(values.subarray(index * classes, (index + 1) * classes), Number);
        const label = at(labels, pair.centre);
        const best = Math.max(...own.filter((_, other) => other !== label));
        const margin = at(own, label) - best;
        told.push({
          pair,
          margin,
          isRight: margin > 0,
          isFollowed: margin <= 0 && own.indexOf(best) === at(labels, pair.frame),
        });
      });
    }
    return told;
  }

  #write(batch: Float32Array, { centre, frame: donor }: Pair, index: number): void {
    const { pixels, channels, height, width } = this.#given;
    const area = height * width;
    const length = channels * area;
    for (let place = 0; place < length; place++) {
      const share = at(this.#mask, place % area);
      const inner = at(pixels, centre * length + place);
      batch[index * length + place] = inner + share * (at(pixels, donor * length + place) - inner);
    }
  }
}

/** 1 on the frame, 0 within, [height, width]. */
function frameMask(height: number, width: number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, place) => {
    const y = Math.abs((2 * Math.floor(place / width) + 1) / height - 1);
    const x = Math.abs((2 * (place % width) + 1) / width - 1);
    return Math.min(1, Math.max(0, (Math.max(x, y) - frame.from) / frame.over));
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
