/** What a set of pictures is like, as far as their headers say: how settings are chosen, and what the data card tells. */
import { at } from "../../support/invariant.ts";

/** What the header of a picture says. */
export interface PictureHeader {
  /** As it is shown, after turning. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with transparency, 3 colour, 4 colour with transparency or CMYK. */
  readonly channels: number;
  readonly bits: number;
  /** "jpeg", "png", … */
  readonly format: string;
}

/** What pictures are like before they are decoded. */
export interface PictureSurvey {
  /** Pictures whose headers were read; of large sets, some. */
  readonly looked: number;
  /** All pictures are grey. */
  readonly isGrey: boolean;
  readonly width: Spread;
  readonly height: Spread;
  /** How often each format, number of channels and depth occurs: "jpeg, colour" → 120. */
  readonly kinds: readonly { readonly name: string; readonly count: number }[];
}

/** Smallest, middle and largest. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

const channelWords = ["", "grey", "grey with transparency", "colour", "colour with transparency"];

/** What `headers` have in common. */
export function surveyOf(headers: readonly PictureHeader[]): PictureSurvey {
  const kinds = new Map<string, number>();
  for (const { format, channels, bits } of headers) {
    const name = `${format}, ${channelWords[channels] ?? `${channels} channels`}${bits === 8 ? "" : `, ${bits} bits`}`;
    kinds.set(name, (kinds.get(name) ?? 0) + 1);
  }
  return {
    looked: headers.length,
    isGrey: headers.every(({ channels }) => channels <= 2),
    width: spreadOf(headers.map(({ width }) => width)),
    height: spreadOf(headers.map(({ height }) => height)),
    kinds: [...kinds].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return { least: 0, median: 0, most: 0 };
  return { least: at(sorted, 0), median: at(sorted, Math.floor(sorted.length / 2)), most: at(sorted, -1) };
}
