/**
 * The whole lecture as one computation: the table, the two experts, three models, their comparison on held-out bones, and
 * answers with reasons. What comes out is shown by the command line and by the report.
 */
import { type Agreement, compareRaters } from "../../audit/agreement.ts";
import { type ReliabilityBin, reliabilityDiagram } from "../../audit/calibration.ts";
import { measureSets, type SetQuality } from "../../audit/conformal.ts";
import { type Share, wilsonInterval } from "../../audit/intervals.ts";
import { binaryPredictions } from "../../audit/predictions.ts";
import { scopeJudge } from "../../audit/scope.ts";
import { at } from "../../support/invariant.ts";
import { bestProbabilities } from "./bestRule.ts";
import { compareModels, modelProbabilities, type Result } from "./compare.ts";
import { secondOpinions } from "./experts.ts";
import { featuresOf } from "./features.ts";
import { learn } from "./learn.ts";
import { outputsOf } from "./outputs.ts";
import { type Bone, strangers } from "./relations.ts";
import { type Animals, firstFresh, simulateAnimals } from "./simulate.ts";
import type { FemurSystem } from "./system.ts";
import { type TrainOptions, trainFemurs } from "./train.ts";
import { answerBones, type FemurAnswer } from "./use.ts";
import { explainBones, type FemurReason } from "./why.ts";

/** Choices of `studyFemurs`. */
export interface StudyOptions extends TrainOptions {
  /** Number of bones to learn from. Default 400. */
  readonly bones?: number;
  /** Number of bones to be judged by, drawn afresh. Default 20,000. */
  readonly heldOut?: number;
}

/** A bone with the answer to it. */
export interface Shown {
  readonly name: string;
  readonly answer: FemurAnswer;
  /** Why; undefined where there is no answer. */
  readonly reason: FemurReason | undefined;
}

/** The two experts, and what networks make of their labels. */
export interface ExpertStudy {
  /** The two columns of labels of the training table. */
  readonly agreement: Agreement;
  /** How often they differ on bones of which even the best rule is less than 90 % sure, and on the others. */
  readonly onHard: Share;
  readonly onEasy: Share;
  /** Right answers of the networks trained on the first and on the second column, on held-out bones. */
  readonly firstNetwork: Share;
  readonly secondNetwork: Share;
  /** How often the two networks say the same on held-out bones. */
  readonly networksAgree: Share;
}

/** Everything that was found out. */
export interface Study {
  readonly system: FemurSystem;
  readonly training: Animals;
  readonly opinions: Uint8Array;
  readonly heldOutCount: number;
  readonly results: readonly Result[];
  /** The network on held-out bones. */
  readonly reliability: readonly ReliabilityBin[];
  readonly sets: SetQuality;
  readonly withheld: Share;
  /** A clear cat, an uncertain one, and Smilodon. */
  readonly shown: readonly Shown[];
  /** Bones that are neither cat nor dog, and mistakes. */
  readonly strangers: readonly Shown[];
  readonly experts: ExpertStudy;
}

/** The bones that are answered first. */
export const examples = {
  "a clear cat": { length: 112, weight: 12.6 },
  "an uncertain one": { length: 105, weight: 13 },
  "Smilodon fatalis": strangers["Smilodon fatalis"],
} as const satisfies Record<string, Bone>;

/** Bones of which the best rule is less sure than this are hard. */
const hardBelow = 0.9;

/** Does it all. @throws TrainingInterruptedError, TrainingDivergedError. */
export async function studyFemurs(options: StudyOptions = {}): Promise<Study> {
  const { seed = 0, bones = 400, heldOut = 20_000, onProgress } = options;
  const training = simulateAnimals(bones, { seed });
  const opinions = secondOpinions(training, { seed });
  // Training the second opinion's network is the last tenth of the work.
  const system = await trainFemurs(training, {
    ...options,
    onProgress: (task, done) => onProgress?.(task, 0.9 * done),
  });
  const fresh = simulateAnimals(heldOut, { seed, first: firstFresh });
  const experts = await studyExperts({ system, training, opinions, fresh }, options);
  onProgress?.("comparing on held-out bones", 0.97);
  const rows = featuresOf(fresh, system.standardization);
  const predictions = binaryPredictions(await modelProbabilities(system, "network", rows), fresh.labels);
  return {
    system,
    training,
    opinions,
    heldOutCount: heldOut,
    results: await compareModels(system, training, fresh),
    reliability: reliabilityDiagram(predictions),
    sets: measureSets(system.sets, predictions),
    withheld: measureWithheld(system, fresh),
    shown: await show(system, examples),
    strangers: await show(system, strangers),
    experts,
  };
}

/** Answers with reasons to named bones. */
export async function show(system: FemurSystem, bones: Readonly<Record<string, Bone>>): Promise<Shown[]> {
  const entries = Object.entries(bones);
  const list = entries.map(([, bone]) => bone);
  const answers = await answerBones(system, list);
  const answered = list.filter((_, index) => at(answers, index).inScope);
  const reasons = answered.length === 0 ? [] : await explainBones(system, answered);
  return entries.map(([name, bone], index) => {
    const answer = at(answers, index);
    return { name, answer, reason: answer.inScope ? reasons[answered.indexOf(bone)] : undefined };
  });
}

/** Share of the animals that get no answer. */
export function measureWithheld({ scope }: FemurSystem, { lengths, weights }: Animals): Share {
  const judge = scopeJudge(scope);
  const far = lengths.filter((length, row) => judge.distance([length, at(weights, row)]) > scope.threshold);
  return wilsonInterval(far.length, lengths.length);
}

async function studyExperts(
  {
    system,
    training,
    opinions,
    fresh,
  }: { system: FemurSystem; training: Animals; opinions: Uint8Array; fresh: Animals },
  { onProgress, signal, checkpointOf }: StudyOptions,
): Promise<ExpertStudy> {
  const task = "training on the second opinion";
  const lesson = { features: featuresOf(training, system.standardization), labels: opinions, seed: system.origin.seed };
  const second = await learn("network", lesson, {
    signal,
    checkpoint: checkpointOf?.("second-opinion"),
    onProgress: ({ epoch, epochs }) => onProgress?.(task, 0.9 + (0.07 * epoch) / epochs),
  });
  const rows = featuresOf(fresh, system.standardization);
  const byFirst = labelsOf(await outputsOf(system.models.network, rows));
  const bySecond = labelsOf(await outputsOf(second.eval(), rows));
  const agreement = compareRaters(training.labels, opinions, 2);
  const isHard = bestProbabilities(training).map((p) => (Math.max(p, 1 - p) < hardBelow ? 1 : 0));
  return {
    agreement,
    onHard: differenceWhere(agreement, isHard, 1),
    onEasy: differenceWhere(agreement, isHard, 0),
    firstNetwork: compareRaters(byFirst, fresh.labels, 2).agreement,
    secondNetwork: compareRaters(bySecond, fresh.labels, 2).agreement,
    networksAgree: compareRaters(byFirst, bySecond, 2).agreement,
  };
}

function labelsOf(logits: Float64Array): Uint8Array {
  return Uint8Array.from(logits, (logit) => (logit > 0 ? 1 : 0));
}

function differenceWhere(agreement: Agreement, kinds: ArrayLike<number>, kind: number): Share {
  const total = Array.from(kinds).filter((value) => value === kind).length;
  return wilsonInterval(agreement.differences.filter((row) => kinds[row] === kind).length, Math.max(1, total));
}
