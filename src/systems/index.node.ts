/** What systems add in Node: model folders on disk. Part of `smilodon/node`. */
import { folderOnDisk } from "../io/modelFolder.node.ts";
import type { Model, Row } from "./model.ts";
import { loadFrom } from "./registry.ts";

export { loadDeepBelief } from "./deepBelief/opening.node.ts";
export { loadImageModel } from "./vision/opening.node.ts";

/**
 * The trained system in the model folder at `path`, ready to answer.
 * @throws DataError beginning with the path where a file is missing, is not the one that was saved, or is of a system
 * that is not known here.
 *
 * @example
 * ```ts no-run
 * import { load } from "smilodon/node";
 * const model = await load("runs/femurs");
 * const answers = await model.predict([{ length_mm: 105, weight_g: 11.5 }, { length_mm: 380, weight_g: 900 }]);
 * console.log(answers.map(({ inScope }) => inScope)); // [true, false]
 * ```
 */
export function load<R extends object = Row, Label extends string = string>(path: string): Promise<Model<R, Label>> {
  return loadFrom<R, Label>(folderOnDisk(path));
}
