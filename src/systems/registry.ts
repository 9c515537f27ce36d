/** All systems that a model folder can hold, and opening one by what its config.json says. */
import { type FolderReader, folderAt, readFolder } from "../io/modelFolder.ts";
import { DataError } from "../support/errors.ts";
import { didYouMean } from "../support/nearestName.ts";
import { openFemurs } from "./femurs/model.ts";
import { Model, type ModelOpener, type Row } from "./model.ts";
import { openTabular } from "./tabular/model.ts";

/** How each system is opened. A further one is a folder beside these and a line here. */
const openers: Readonly<Record<string, ModelOpener>> = { femurs: openFemurs, tabular: openTabular };

/**
 * The trained system in a model folder, wherever that lies: an address (pages fetch it), or a reader. Every file is checked
 * against the hashes in config.json. In Node `load` of `smilodon/node` takes a path.
 * @throws DataError where a file is missing, is not the one that was saved, or is of a system that is not known here.
 *
 * @example
 * ```ts no-run
 * import { loadFrom } from "smilodon/systems";
 * const model = await loadFrom("models/femurs");
 * const [answer] = await model.predict([{ length_mm: 105, weight_g: 11.5 }]);
 * if (answer?.inScope && "label" in answer) console.log(answer.label, answer.confidence, answer.set);
 * ```
 */
export async function loadFrom<R extends object = Row, Label extends string = string>(
  source: FolderReader | string | URL,
): Promise<Model<R, Label>> {
  const reader = typeof source === "string" || source instanceof URL ? folderAt(source) : source;
  const folder = await readFolder(reader);
  const open = Object.hasOwn(openers, folder.system) ? openers[folder.system] : undefined;
  if (open !== undefined) return new Model<R, Label>(reader.name, await open(folder));
  if (folder.system === "vision")
    throw new DataError(
      `${reader.name}/config.json: this system takes pictures, no rows. Open it with loadImageModel of smilodon/node, or in pages with loadImageModelFrom of smilodon/systems/vision.`,
      { system: folder.system },
    );
  if (folder.system === "deep-belief")
    throw new DataError(
      `${reader.name}/config.json: this network was told nothing of its pictures and answers nothing about rows. report.html shows what it learned; open it with loadDeepBelief of smilodon/node.`,
      { system: folder.system },
    );
  const names = Object.keys(openers);
  throw new DataError(
    `${reader.name}/config.json: the system is "${folder.system}", and this Smilodon knows ${names.join(", ")}.${didYouMean(folder.system, names)} A newer version may know it.`,
    { system: folder.system },
  );
}
