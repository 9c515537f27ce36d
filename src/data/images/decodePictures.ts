/** Decodes a source of pictures, several at once, in the source's order; damaged ones are named and counted, or end it. */
import { ArgumentError, DataError } from "../../support/errors.ts";
import type { DecodeOptions, PictureDecoder } from "./decoder.ts";
import type { PictureFailure } from "./imageSet.ts";
import type { EncodedPicture, PictureSource } from "./pictureSource.ts";

/** How a source is decoded. */
export interface DecodePicturesOptions extends DecodeOptions {
  readonly decoder: PictureDecoder;
  /** What to do with pictures that cannot be read. Default `"skip"`: leave them out and say which. */
  readonly onDamage?: "skip" | "throw";
  /** Pictures of the source that are passed over. Default 0. */
  readonly skip?: number;
}

/** A picture, or why there is none. */
export type DecodedPicture =
  | { readonly name: string; readonly label: string | undefined; readonly pixels: Uint8Array }
  | PictureFailure;

/**
 * The pictures of `source` as pixels.
 * @throws DataError for damaged pictures where `onDamage` is `"throw"`, ArgumentError for sizes that are none.
 */
export async function* decodePictures(
  source: PictureSource,
  { decoder, onDamage = "skip", skip = 0, ...options }: DecodePicturesOptions,
): AsyncGenerator<DecodedPicture> {
  for (const name of ["width", "height"] as const)
    if (!Number.isInteger(options[name]) || options[name] < 1 || options[name] > 2 ** 14)
      throw new ArgumentError(`Pictures: the ${name} is ${options[name]}; it has to be a whole number of 1 … 16384.`, {
        [name]: options[name],
      });
  const inHand: Promise<DecodedPicture>[] = [];
  for await (const picture of source.pictures(skip)) {
    const decoded = decodeOne(picture, decoder, options);
    decoded.catch(() => undefined);
    inHand.push(decoded);
    if (inHand.length < decoder.parallel) continue;
    const first = await inHand.shift();
    if (first !== undefined) yield checked(first, onDamage);
  }
  for (const decoded of inHand) yield checked(await decoded, onDamage);
}

async function decodeOne(
  picture: EncodedPicture,
  decoder: PictureDecoder,
  options: DecodeOptions,
): Promise<DecodedPicture> {
  const { name, label } = picture;
  try {
    return { name, label, pixels: await decoder.decode(await picture.bytes(), options) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { name, reason: error.message };
  }
}

function checked(picture: DecodedPicture, onDamage: "skip" | "throw"): DecodedPicture {
  if (onDamage === "throw" && "reason" in picture)
    throw new DataError(
      `${picture.name}: ${picture.reason} Mend or remove it, or leave damaged pictures out with onDamage: "skip".`,
      {
        name: picture.name,
      },
    );
  return picture;
}

/**
 * Numbers of classes for the labels of pictures: names in the order of their characters, numbers as numbers.
 * @throws DataError where pictures have no label.
 */
export function classesOf(
  source: string,
  labels: readonly (string | undefined)[],
  names: readonly string[],
): { classes: string[]; numbers: Int32Array } {
  const missing = labels.indexOf(undefined);
  if (missing >= 0)
    throw new DataError(
      `${source}: ${names[missing]} has no label. Put pictures into a folder for each class, or a label beside each.`,
      { name: names[missing] },
    );
  const known = labels.map((label) => label ?? "");
  const found = [...new Set(known)];
  const isNumeric = found.every((label) => /^-?\d+$/.test(label));
  const classes = found.sort(isNumeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  const numberOf = new Map(classes.map((name, index) => [name, index]));
  return { classes, numbers: Int32Array.from(known, (label) => numberOf.get(label) ?? 0) };
}
