/**
 * The femur rows of "First light": five training tables of 400 bones with seeds 0 … 4, each judged by 20,000 fresh animals.
 * Figures are means over the five. Run alone: `npm run bench -- first-light femur-accuracy`.
 */
import { compareModels, type Result } from "../../src/systems/femurs/compare.ts";
import { strangers } from "../../src/systems/femurs/relations.ts";
import { firstFresh, simulateAnimals } from "../../src/systems/femurs/simulate.ts";
import { measureWithheld } from "../../src/systems/femurs/study.ts";
import { trainFemurs } from "../../src/systems/femurs/train.ts";
import { answerBones } from "../../src/systems/femurs/use.ts";
import { ownRow, type Row } from "../harness/row.ts";

const seeds = [0, 1, 2, 3, 4];
const trainingBones = 400;
const freshAnimals = 20_000;

/** What one table came to; shares and errors are fractions. */
export interface FemurMeasurement {
  readonly seed: number;
  readonly network: number;
  readonly line: number;
  readonly sigmoid: number;
  readonly best: number;
  readonly calibrationError: number;
  /** Of the fresh animals. */
  readonly withheld: number;
  /** Of Smilodon, a mouse, an elephant, and bones with swapped columns. */
  readonly strangersWithheld: number;
}

/** The rows femur-accuracy, femur-scope, femur-withheld and femur-calibration. */
export async function femurRows(): Promise<Row[]> {
  const measured: FemurMeasurement[] = [];
  for (const seed of seeds) {
    measured.push(await measureFemurs(seed));
    process.stderr.write(`  table ${seed + 1} of ${seeds.length}\n`);
  }
  return rowsOf(measured);
}

/** Trains on the table of one seed and judges it. */
export async function measureFemurs(seed: number): Promise<FemurMeasurement> {
  const training = simulateAnimals(trainingBones, { seed });
  const fresh = simulateAnimals(freshAnimals, { seed, first: firstFresh });
  const system = await trainFemurs(training, { seed });
  const results = await compareModels(system, training, fresh);
  const accuracy = (name: Result["name"]): number =>
    results.find((result) => result.name === name)?.accuracy.value ?? Number.NaN;
  const answers = await answerBones(system, Object.values(strangers));
  return {
    seed,
    network: accuracy("network"),
    line: accuracy("line"),
    sigmoid: accuracy("sigmoid"),
    best: accuracy("best"),
    calibrationError: results.find(({ name }) => name === "network")?.calibrationError ?? Number.NaN,
    withheld: measureWithheld(system, fresh).value,
    strangersWithheld: answers.filter(({ inScope }) => !inScope).length / answers.length,
  };
}

/** Means as rows, one condition a row: a range has two. */
export function rowsOf(measured: readonly FemurMeasurement[]): Row[] {
  const mean = (of: (one: FemurMeasurement) => number): number =>
    measured.reduce((sum, one) => sum + of(one), 0) / measured.length;
  const network = mean((one) => one.network);
  const isAhead = network >= mean((one) => one.line) && network >= mean((one) => one.sigmoid);
  const withheld = mean((one) => one.withheld);
  return [
    ownRow(
      "first-light",
      "femur-accuracy",
      mean((one) => one.best) - network,
      "below the best possible",
      "lower",
      0.01,
    ),
    ownRow("first-light", "femur-accuracy-order", isAhead ? 1 : 0, "not below line and sigmoid", "higher", 1),
    ownRow(
      "first-light",
      "femur-scope",
      mean((one) => one.strangersWithheld),
      "withheld",
      "higher",
      1,
    ),
    ownRow("first-light", "femur-withheld", withheld, "of fresh animals, at most", "lower", 0.07),
    ownRow("first-light", "femur-withheld-least", withheld, "of fresh animals, at least", "higher", 0.03),
    ownRow(
      "first-light",
      "femur-calibration",
      mean((one) => one.calibrationError),
      "calibration error",
      "lower",
      0.02,
    ),
  ];
}
