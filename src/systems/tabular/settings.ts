/** Settings of network and training: what they may be, and which ones a table gets where nobody says otherwise. */
import { z } from "zod";
import { SmilodonError } from "../../support/errors.ts";

/** The network that was asked for is too large to be trained; the message says how large, and what to make smaller. */
export class NetworkSizeError extends SmilodonError {
  override readonly name = "NetworkSizeError";
}

/** Schema of the settings that shape the network. */
export const networkSchema = z.object({
  /** Numbers in a row, and outputs. */
  inputs: z.int().min(1),
  outputs: z.int().min(1),
  /** Columns of a row that hold numbers, and into how many pieces each is cut. */
  numbers: z.array(z.int().min(0)),
  pieces: z.array(z.int().min(0)),
  /** Networks in the ensemble, each trained on its own part; members that share the weights of one network. */
  networks: z.int().min(1).max(1000),
  members: z.int().min(1).max(1000),
  /** Members share weights; otherwise each has its own, and learns from its own part of the rows. */
  isShared: z.boolean(),
  width: z.int().min(1).max(65_536),
  depth: z.int().min(0).max(100),
  dropout: z.number().min(0).max(0.9),
});

/** Schema of the settings of training. */
export const trainingSchema = z.object({
  epochs: z.int().min(1),
  batchSize: z.int().min(1),
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0),
  labelSmoothing: z.number().min(0).max(0.5),
  /** Epochs without improvement until training stops. */
  patience: z.int().min(1),
  /** Classes count alike, however rare. */
  isBalanced: z.boolean(),
  /** Parts of the rows that members are left without in turn; 0 where the same rows are set aside for all. */
  parts: z.int().min(0),
});

/** Schema of `TabularSettings`. */
export const settingsSchema = z.object({ network: networkSchema, training: trainingSchema });

/** What shapes the network. */
export type NetworkSettings = z.infer<typeof networkSchema>;

/** How it is trained. */
export type TrainingSettings = z.infer<typeof trainingSchema>;

/** What shapes a network for tables, and how it is trained: plain JSON, kept with the model and shown with its reasons. */
export type TabularSettings = z.infer<typeof settingsSchema>;

/** Schema of what a caller may choose instead. */
export const choicesSchema = z
  .object({
    epochs: trainingSchema.shape.epochs.describe("Passes over the training rows, at most"),
    batchSize: trainingSchema.shape.batchSize.describe("Rows in a step"),
    learningRate: trainingSchema.shape.learningRate.describe("Greatest learning rate"),
    weightDecay: trainingSchema.shape.weightDecay.describe("How strongly weights are drawn to zero"),
    patience: trainingSchema.shape.patience.describe("Epochs without improvement until training stops"),
    width: networkSchema.shape.width.describe("Units in a hidden layer"),
    depth: networkSchema.shape.depth.describe("Hidden layers; 0 is a linear model"),
    dropout: networkSchema.shape.dropout.describe("Share of hidden units left out while training"),
    pieces: z.int().min(0).max(1024).describe("Pieces that a number is cut into at most; 0 leaves numbers whole"),
    members: networkSchema.shape.members.describe("Members that share one network's weights"),
    ensemble: networkSchema.shape.networks.describe("Networks, each trained on its own part of the rows"),
    balanced: z.boolean().describe("Let all classes count alike, however rare"),
    minutes: z.number().positive().describe("Stop training after so many minutes"),
  })
  .partial();

/** What a caller may choose instead of what the table suggests. */
export type TabularChoices = z.infer<typeof choicesSchema>;

/** One setting, and why it is what it is. */
export interface SettingReason {
  readonly name: string;
  readonly value: number | boolean | string;
  readonly reason: string;
}

/** Settings with their reasons. */
export interface ChosenSettings {
  readonly settings: TabularSettings;
  readonly reasons: readonly SettingReason[];
}

/** What is known of the table when settings are chosen. */
export interface TableFacts {
  /** Rows to learn from. */
  readonly rows: number;
  /** Numbers in an encoded row. */
  readonly inputs: number;
  readonly outputs: number;
  /** Columns of a row that hold numbers. */
  readonly numbers: readonly number[];
  /** Cuts each of them into so many pieces at most, and says into how many. */
  readonly cut: (most: number) => number[];
  /** Seconds count more than the last tenth of a percent. */
  readonly isFast: boolean;
}

/** The settings for a table, unless `choices` say otherwise. */
export function chooseSettings(facts: TableFacts, choices: TabularChoices = {}): ChosenSettings {
  const reasons: SettingReason[] = [];
  const choose = <T extends number | boolean>(name: keyof TabularChoices & string, value: T, reason: string): T => {
    const given = choices[name];
    const isGiven = given !== undefined && typeof given === typeof value;
    const chosen = isGiven ? (given as T) : value;
    reasons.push({ name, value: chosen, reason: isGiven ? "you chose it" : reason });
    return chosen;
  };
  const { rows, isFast, outputs } = facts;
  const size = `${rows.toLocaleString("en")} rows to learn from`;
  const usual = rows < smallTable ? smallSettings : outputs > 1 ? classSettings : numberSettings;
  const set = isFast ? { ...usual, ...fastSettings(rows) } : usual;
  const why = isFast ? "fast" : size;
  const network: NetworkSettings = {
    inputs: facts.inputs,
    outputs,
    numbers: [...facts.numbers],
    pieces: facts.cut(choose("pieces", piecesFor(facts, set.pieces), size)),
    networks: choose("ensemble", 1, "members of one network do nearly as well"),
    members: choose("members", set.members, isFast ? "fast" : "members average out chance"),
    isShared: rows >= smallTable,
    width: choose("width", set.width, why),
    depth: choose("depth", set.depth, isFast ? "fast" : "two hidden layers suit most tables"),
    dropout: choose("dropout", set.dropout, outputs > 1 ? `${size}, in classes` : size),
  };
  const training: TrainingSettings = {
    batchSize: choose("batchSize", batchFor(rows), size),
    epochs: choose("epochs", epochsFor(rows, isFast), why),
    learningRate: choose("learningRate", set.learningRate, "suits AdamW at these widths"),
    weightDecay: choose("weightDecay", set.weightDecay, size),
    labelSmoothing: 0,
    patience: choose("patience", set.patience, "longer waits seldom help"),
    isBalanced: choose("balanced", false, "probabilities stay true to how often each class occurs"),
    parts: rows < smallTable ? Math.min(5, rows) : 0,
  };
  checkSize(network);
  return { settings: { network, training }, reasons };
}

/** Weights at most: a gigabyte in single precision, and training keeps four copies. */
const mostWeights = 2 ** 28;

function checkSize({ inputs, outputs, pieces, networks, members, isShared, width, depth }: NetworkSettings): void {
  const embedded = inputs + pieces.reduce((sum, own) => sum + own, 0);
  const copies = isShared ? 1 : members;
  const layers = depth === 0 ? 0 : embedded * width + (depth - 1) * width * width;
  const last = depth === 0 ? embedded : width;
  const weights = networks * (copies * (layers + embedded * outputs) + members * last * outputs);
  if (weights <= mostWeights) return;
  throw new NetworkSizeError(
    `A network of width ${width} and depth ${depth} for ${embedded} numbers in a row has ${weights.toLocaleString("en")} weights; at most ${mostWeights.toLocaleString("en")} can be trained. Choose a smaller width, fewer layers, members or networks, or leave out columns.`,
    { weights, width, depth },
  );
}

/** Below so many rows every member has weights of its own and is left without another part of the rows. */
export const smallTable = 4000;

/** What did best on validation rows of public tables; docs/decisions/0014 has the figures. */
const smallSettings = {
  pieces: 8,
  members: 20,
  width: 64,
  depth: 2,
  dropout: 0.2,
  learningRate: 3e-3,
  weightDecay: 0.1,
  patience: 20,
};
const classSettings = {
  ...smallSettings,
  pieces: 48,
  members: 4,
  width: 128,
  dropout: 0.35,
  weightDecay: 0.2,
  patience: 8,
};
const numberSettings = { ...classSettings, dropout: 0.1, weightDecay: 0.1 };

function fastSettings(rows: number) {
  return rows < smallTable
    ? { members: 5, width: 32 }
    : { members: 1, width: 64, depth: 1, dropout: 0.1, learningRate: 4e-3, weightDecay: 0.1 };
}

/** In small tables no more pieces than a quarter of the rows: more would be learned by heart. */
function piecesFor({ rows, numbers }: TableFacts, usual: number): number {
  if (rows >= smallTable) return usual;
  const most = Math.floor(rows / 4 / Math.max(1, numbers.length));
  return most < 2 ? 0 : Math.min(rows < 300 ? 4 : usual, most);
}

function epochsFor(rows: number, isFast: boolean): number {
  if (rows < smallTable) return isFast ? 25 : 60;
  const usual = Math.max(6, Math.min(30, Math.round(4e5 / rows)));
  return isFast ? Math.max(2, Math.round(usual / 5)) : usual;
}

function batchFor(rows: number): number {
  return rows < 500 ? 32 : rows < smallTable ? 64 : rows < 100_000 ? 256 : 1024;
}
