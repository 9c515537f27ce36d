/** Pictures that the report shows: examples, mistakes, the hardest, those furthest from what was learned from, copies. */
import type { PictureChecks } from "../../audit/pictureChecks.ts";
import type { ImageSet } from "../../data/images/imageSet.ts";
import { pngAddress } from "../../data/images/pngEncoder.ts";
import { at } from "../../support/invariant.ts";
import { type ClassAnswers, likeliest } from "../answers.ts";
import type { HeldOutPictures, ShownPicture, VisionFindings } from "./study.ts";

/** How many of each kind are shown. */
const most = { classes: 12, examples: 6, mistakes: 24, hardest: 12, furthest: 12, copies: 8 } as const;
/** Pixels of a shown picture at most. */
const shownSize = 80;

/** What pictures are found by. */
export interface FindingFacts {
  readonly set: ImageSet;
  /** Of the held-out pictures. */
  readonly answers: ClassAnswers;
  readonly heldOut: HeldOutPictures;
  readonly checks: Pick<PictureChecks, "copies" | "nearCopies">;
}

/** Finds them. */
export async function findPictures(facts: FindingFacts): Promise<VisionFindings> {
  const { answers, heldOut, set, checks } = facts;
  const places = Array.from(heldOut.rows.keys());
  const answer = (place: number) => likeliest(answers, place);
  const sureness = (place: number) => at(answers.probabilities, place * set.classes.length + answer(place));
  const isRight = (place: number) => answer(place) === at(heldOut.truth, place);
  const wrong = places.filter((place) => !isRight(place)).sort((a, b) => sureness(b) - sureness(a));
  const unsure = places.toSorted((a, b) => margin(answers, a) - margin(answers, b)).slice(0, most.hardest);
  const far = places.toSorted((a, b) => at(answers.distances, b) - at(answers.distances, a)).slice(0, most.furthest);
  const show = (own: readonly number[]) => Promise.all(own.map((place) => showAnswer(facts, place)));
  const examples = await Promise.all(
    set.classes.slice(0, most.classes).map(async (name, label) => {
      const own = places.filter((place) => isRight(place) && at(heldOut.truth, place) === label);
      return { name, pictures: await show(own.slice(0, most.examples)) };
    }),
  );
  const pairs = [...checks.copies.map((rows) => rows.slice(0, 3)), ...checks.nearCopies].slice(0, most.copies);
  return {
    examples: examples.filter(({ pictures }) => pictures.length > 0),
    mistakes: await show(wrong.slice(0, most.mistakes)),
    hardest: await show(unsure),
    furthest: await show(far),
    copies: await Promise.all(pairs.map((rows) => Promise.all(rows.map((row) => showRow(set, row))))),
  };
}

/** How far the likeliest class is ahead of the next. */
function margin({ probabilities, classes }: ClassAnswers, row: number): number {
  const own = probabilities.slice(row * classes.length, (row + 1) * classes.length).sort();
  return at(own, -1) - at(own, -2);
}

async function showAnswer({ set, answers, heldOut }: FindingFacts, place: number): Promise<ShownPicture> {
  const shown = await showRow(set, at(heldOut.rows, place));
  const answer = likeliest(answers, place);
  const start = place * set.classes.length;
  return {
    ...shown,
    answer: at(set.classes, answer),
    probability: at(answers.probabilities, start + answer),
    truthProbability: at(answers.probabilities, start + at(heldOut.truth, place)),
    distance: at(answers.distances, place),
  };
}

async function showRow(set: ImageSet, row: number): Promise<ShownPicture> {
  const { height, width, channels } = set.pixels;
  const small = shrunk(await set.pixels.read([row]), { height, width, channels });
  return {
    name: at(set.names, row),
    address: await pngAddress({ ...small, channels }),
    height: small.height,
    width: small.width,
    truth: at(set.classes, at(set.labels, row)),
    answer: "",
    probability: Number.NaN,
    truthProbability: Number.NaN,
    distance: Number.NaN,
  };
}

/** The picture made smaller by a whole factor, each pixel the mean of those that it stands for, so that it fits into a report. */
export function shrunk(
  pixels: Uint8Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): { readonly pixels: Uint8Array; readonly height: number; readonly width: number } {
  const factor = Math.ceil(Math.max(height, width) / shownSize);
  if (factor === 1) return { pixels, height, width };
  const [rows, columns] = [Math.max(1, Math.floor(height / factor)), Math.max(1, Math.floor(width / factor))];
  const [tall, wide] = [Math.min(factor, height), Math.min(factor, width)];
  const small = new Uint8Array(rows * columns * channels);
  for (let cell = 0; cell < small.length; cell++) {
    const channel = cell % channels;
    const column = Math.floor(cell / channels) % columns;
    const row = Math.floor(cell / channels / columns);
    let sum = 0;
    for (let y = 0; y < tall; y++)
      for (let x = 0; x < wide; x++)
        sum += pixels[((row * factor + y) * width + column * factor + x) * channels + channel] ?? 0;
    small[cell] = Math.round(sum / (tall * wide));
  }
  return { pixels: small, height: rows, width: columns };
}
