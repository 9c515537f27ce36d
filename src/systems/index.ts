/** Trained systems ready to answer, whichever they are. `smilodon/node` adds folders on disk. */
export type {
  Answer,
  Answers,
  ClassAnswer,
  ClassAnswers,
  EncodedRows,
  NumberAnswer,
  NumberAnswers,
  Withheld,
} from "./answers.ts";
export {
  type Cell,
  type Contribution,
  type Explanation,
  type InputColumn,
  Model,
  type ModelParts,
  type OutputColumn,
  type Row,
} from "./model.ts";
export { loadFrom } from "./registry.ts";
