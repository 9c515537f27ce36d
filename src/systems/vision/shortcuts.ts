/** Whether the network reads classes off what stands around: asked with held-out pictures, said in a section of the report. */
import { findShortcut, type ShortcutFinding } from "../../audit/shortcut.ts";
import { type ImageSet, selectImages } from "../../data/images/imageSet.ts";
import { shuffledOrder } from "../../data/shuffle.ts";
import { DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Section, table } from "../reportHtml.ts";
import { count, nameHtml, shareText } from "../reportSpell.ts";
import type { PictureNetwork } from "./system.ts";

/** Pictures that are tried at most. */
const mostPictures = 300;

/** What frames of other pictures do to its answers; undefined where there are too few held-out pictures to exchange them. */
export async function lookForShortcut(
  network: PictureNetwork,
  set: ImageSet,
  { rows, seed }: { readonly rows: Uint32Array; readonly seed: number },
): Promise<ShortcutFinding | undefined> {
  const order = shuffledOrder(rows.length, seed, "sample").subarray(0, mostPictures);
  const chosen = selectImages(
    set,
    Uint32Array.from(order, (place) => at(rows, place)),
  );
  const { count: pictures, channels, height, width } = chosen.pixels;
  const bytes = await chosen.pixels.read(Uint32Array.from({ length: pictures }, (_, row) => row));
  const plane = height * width;
  const pixels = new Float32Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) {
    const pixel = Math.floor(index / channels);
    const place = (Math.floor(pixel / plane) * channels + (index % channels)) * plane + (pixel % plane);
    pixels[place] = (bytes[index] ?? 0) / 255;
  }
  try {
    return await findShortcut(
      network,
      { pixels, channels, height, width, labels: chosen.labels, classes: chosen.classes },
      { seed },
    );
  } catch (error) {
    // Too few of two classes: nothing can be exchanged
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** The section on it; none where it was not tried. */
export function shortcutSection(finding: ShortcutFinding | undefined): Section | undefined {
  if (finding === undefined) return undefined;
  const { pictures, accuracy, sameFrames, otherFrames, followed, evidence, interval, frameSkill, message } = finding;
  const rows: [string, string][] = [
    ["right as they are", shareText(accuracy)],
    ["of these still right with frames of their own class", shareText(sameFrames)],
    ["of these still right with frames of other classes", shareText(otherFrames)],
    ["of these taken for the class of the frame", shareText(followed)],
    [
      "evidence that comes from the frame",
      `${shareText(evidence)} <span class="soft">(${shareText(interval[0])} to ${shareText(interval[1])})</span>`,
    ],
    ["how well frames alone tell the class (0 is chance)", shareText(frameSkill)],
  ];
  return {
    id: "surroundings",
    title: "Does it decide by what stands around?",
    plain: nameHtml(message, 600),
    figures: [
      table({
        caption: `${count(pictures)} held-out pictures, given the frames of others`,
        head: ["", "share"],
        rows: rows.map(([name, value]) => ({ cells: [name, value] })),
      }),
    ],
    how: "The outer part of each picture was replaced by that of others: of its own class, which shows what replacing does by itself, and of other classes (after Xiao et al. 2021).",
    limits: "Signs that lie on the object itself, such as a mark that one photographer leaves.",
  };
}
