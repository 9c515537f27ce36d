/** All pictures of a source in memory. `imageCache.node.ts` is for those that memory does not hold. */
import { DataError } from "../../support/errors.ts";
import { hostArray } from "../../tensor/hostArray.ts";
import { joinBytes } from "../joinBytes.ts";
import { classesOf, type DecodePicturesOptions, decodePictures } from "./decodePictures.ts";
import { type ImageSet, imagesInMemory, type PictureFailure } from "./imageSet.ts";
import type { PictureSource } from "./pictureSource.ts";

/**
 * Decodes the pictures of `source` into memory.
 * @throws DataError where none can be read, one is damaged and `onDamage` is `"throw"`, or one has no label.
 *
 * @example
 * ```ts no-run
 * import { blobSource, openArchive, openImages, pageDecoder } from "smilodon/data";
 * const archive = openArchive(blobSource(await (await fetch("flowers.tar")).blob(), "flowers.tar"));
 * const set = await openImages(archive, { decoder: pageDecoder(), width: 64, height: 64 });
 * console.log(set.classes, set.pixels.count, set.failures);
 * ```
 */
export async function openImages(source: PictureSource, options: DecodePicturesOptions): Promise<ImageSet> {
  const { width, height, channels = 3 } = options;
  const parts: Uint8Array[] = [];
  const [names, labels, failures]: [string[], (string | undefined)[], PictureFailure[]] = [[], [], []];
  for await (const picture of decodePictures(source, options)) {
    if ("reason" in picture) {
      failures.push(picture);
      continue;
    }
    parts.push(picture.pixels);
    names.push(picture.name);
    labels.push(picture.label);
  }
  if (parts.length === 0) {
    const [first] = failures;
    throw new DataError(
      first === undefined
        ? `${source.name}: there is no picture in it.`
        : `${source.name}: none of ${failures.length} pictures can be read; ${first.name}: ${first.reason}`,
      { failures: failures.length },
    );
  }
  const { classes, numbers } = classesOf(source.name, labels, names);
  return imagesInMemory(
    hostArray(joinBytes(parts), [parts.length, height, width, channels], "u8"),
    numbers,
    classes,
    names,
    failures,
  );
}
