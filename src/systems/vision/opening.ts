/** Opening a system of pictures from wherever its folder lies: what pages use. `opening.node.ts` opens folders on disk. */
import type { PictureDecoder } from "../../data/images/decoder.ts";
import { type FolderReader, folderAt, readFolder } from "../../io/modelFolder.ts";
import { readVision } from "./folder.ts";
import { ImageModel } from "./model.ts";
import { makeNetwork } from "./recipe.ts";

/** How a system of pictures is opened. */
export interface OpenImageModelOptions {
  /** Makes what reads picture files. Default: what browsers have. */
  readonly decoder?: () => PictureDecoder;
}

/**
 * The trained system of pictures in a model folder, wherever that lies: an address (pages fetch it), or a reader. Every file is
 * checked against the hashes in config.json. In Node `loadImageModel` of `smilodon/node` takes a path.
 * @throws DataError where a file is missing, is not the one that was saved, or is of another system.
 *
 * @example
 * ```ts no-run
 * import { loadImageModelFrom } from "smilodon/systems/vision";
 * const model = await loadImageModelFrom("models/pets");
 * const [answer] = await model.predict([await (await fetch("picture.jpg")).blob()]);
 * if (answer?.inScope && "label" in answer) console.log(answer.label, answer.confidence, answer.set);
 * ```
 */
export async function loadImageModelFrom<Label extends string = string>(
  source: FolderReader | string | URL,
  { decoder }: OpenImageModelOptions = {},
): Promise<ImageModel<Label>> {
  const reader = typeof source === "string" || source instanceof URL ? folderAt(source) : source;
  return new ImageModel<Label>(reader.name, readVision(await readFolder(reader), makeNetwork), decoder);
}
