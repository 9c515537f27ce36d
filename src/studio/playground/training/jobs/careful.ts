/**
 * The system of the femurs, trained in the page as it is anywhere else, and what it answers for: why, when, whom. Training is
 * that of systems/femurs; a step waits a little for it, and gives the share that is still to be done. Bones are asked about by
 * `change`.
 */
import { measureGroups } from "../../../../audit/groups.ts";
import type { FolderFiles } from "../../../../io/modelFolder.ts";
import { at } from "../../../../support/invariant.ts";
import { likeliest } from "../../../../systems/answers.ts";
import { featuresOf, measurementsOf } from "../../../../systems/femurs/features.ts";
import { outputsOf } from "../../../../systems/femurs/outputs.ts";
import type { Bone } from "../../../../systems/femurs/relations.ts";
import { species } from "../../../../systems/femurs/relations.ts";
import type { Animals } from "../../../../systems/femurs/simulate.ts";
import type { FemurSystem } from "../../../../systems/femurs/system.ts";
import { trainFemurs } from "../../../../systems/femurs/train.ts";
import {
  answerBones,
  answerMeasurements,
  type FemurAnswer,
  probabilitiesOfDog,
} from "../../../../systems/femurs/use.ts";
import { explainBones, type FemurReason } from "../../../../systems/femurs/why.ts";
import { withheldInWords } from "../../../../systems/femurs/words.ts";
import { type CarefulPlane, cellBones } from "../carefulPlane.ts";
import {
  animalsWithDogs,
  type DogTable,
  freshAnimals,
  type GroupResult,
  groupOrder,
  groupsBySize,
} from "../dogSizes.ts";
import type { Job, Training } from "../training.ts";

/** What a training is made of. Plain data. */
export interface CarefulOptions extends DogTable {
  /** To be asked about when it is trained. */
  readonly bone?: Bone | undefined;
}

/** What may be asked on the way: a bone, or nothing any more. */
export interface CarefulChange {
  readonly bone: Bone | undefined;
  /** The next snapshot brings the model folder along. */
  readonly isFolderWanted?: boolean;
}

/** What the system says of the bone that was asked about. Plain data. */
export interface BoneAnswer {
  readonly bone: Bone;
  readonly answer: FemurAnswer;
  /** What the network would say if nobody kept it from answering. */
  readonly probabilityOfDog: number;
  readonly reason: FemurReason;
  /** Why there is no answer, as a sentence; empty where there is one. */
  readonly withheld: string;
}

/** Two groups that differ. */
export interface GroupDifference {
  readonly best: string;
  readonly worst: string;
}

/** What the page shows. Plain data. */
export interface CarefulSnapshot {
  /** Share of the training that is done, and what is being done. */
  readonly done: number;
  readonly task: string;
  /** When it is trained. */
  readonly trained?: {
    readonly plane: CarefulPlane;
    readonly groups: readonly GroupResult[];
    /** The groups with the most and the fewest right answers, where chance does not explain the difference. */
    readonly difference: GroupDifference | undefined;
  };
  readonly answered?: BoneAnswer;
  /** Where it was asked for. */
  readonly folder?: FolderFiles;
}

/** Fresh animals that the answers are counted on. */
export const freshCount = 4000;

/** How long a step waits for the training, in ms. */
const patience = 40;

/** Stops the training that was begun last: it runs on its own between steps, and two at a time only take time. */
let stopLast: AbortController | undefined;

/** The femurs' system, trained and asked. */
export const carefulJob: Job<CarefulOptions, CarefulSnapshot, CarefulChange> = {
  start(options) {
    stopLast?.abort();
    stopLast = new AbortController();
    return new CarefulTraining(options, stopLast.signal);
  },
};

class CarefulTraining implements Training<CarefulSnapshot, CarefulChange> {
  readonly #options: CarefulOptions;
  readonly #training: Promise<FemurSystem>;
  #system: FemurSystem | undefined;
  #trained: CarefulSnapshot["trained"];
  #done = 0;
  #task = "";
  #bone: Bone | undefined;
  #isFolderWanted = false;

  constructor(options: CarefulOptions, signal: AbortSignal) {
    const { dogs, seed, bone } = options;
    this.#options = options;
    this.#bone = bone;
    this.#training = trainFemurs(animalsWithDogs(dogs, seed), {
      seed,
      signal,
      onProgress: (task, done) => {
        this.#task = task;
        this.#done = done;
      },
    });
    // A failure is told by the step that waits for it
    this.#training.catch(() => undefined);
  }

  /** Waits a little for the training, however many steps are asked for; gives the share that is still to be done. */
  async step(): Promise<number> {
    if (this.#system !== undefined) return 0;
    const wait = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined));
    const system = await Promise.race([this.#training, wait]);
    if (system === undefined) return 1 - this.#done;
    this.#trained = { plane: await planeOf(system), ...(await countBySize(system, this.#options.seed)) };
    this.#system = system;
    this.#done = 1;
    return 0;
  }

  /** Asks about a bone. */
  change({ bone, isFolderWanted = false }: CarefulChange): void {
    this.#bone = bone;
    this.#isFolderWanted ||= isFolderWanted;
  }

  /** How far it is, and when it is trained what it says. */
  async snapshot(): Promise<CarefulSnapshot> {
    const progress = { done: this.#done, task: this.#task };
    const [system, trained, bone] = [this.#system, this.#trained, this.#bone];
    if (system === undefined || trained === undefined) return progress;
    const answered = bone === undefined ? {} : { answered: await askBone(system, bone) };
    if (!this.#isFolderWanted) return { ...progress, trained, ...answered };
    this.#isFolderWanted = false;
    // What writes folders is larger than all else here, and few visitors want one
    const { carefulFolder } = await import("../export/careful.ts");
    return { ...progress, trained, ...answered, folder: await carefulFolder(system, this.#options, trained.groups) };
  }
}

/** Everything that there is to say about one bone. */
async function askBone(system: FemurSystem, bone: Bone): Promise<BoneAnswer> {
  const answer = at(await answerBones(system, [bone]), 0);
  const reason = at(await explainBones(system, [bone]), 0);
  const probabilityOfDog = at(await probabilitiesOfDog(system, [bone]), 0);
  return { bone, answer, reason, probabilityOfDog, withheld: answer.inScope ? "" : withheldInWords(answer) };
}

async function planeOf(system: FemurSystem): Promise<CarefulPlane> {
  const bones = cellBones();
  const { distances } = await answerMeasurements(system, measurementsOf(bones));
  // From probabilities they could not be had: those are 0 or 1 to the last digit over most of the picture
  const logits = await outputsOf(system.models.network, featuresOf(bones, system.standardization));
  return {
    logOdds: Float32Array.from(logits, (logit) => logit / system.temperature),
    distance: Float32Array.from(distances),
  };
}

/** Right answers on fresh animals of all sizes, group by group, whether the animal would get an answer or not. */
async function countBySize(
  system: FemurSystem,
  seed: number,
): Promise<{ groups: GroupResult[]; difference: GroupDifference | undefined }> {
  const animals: Animals = freshAnimals(freshCount, seed);
  const answers = await answerMeasurements(system, measurementsOf(animals));
  const report = measureGroups(
    [{ name: "size", values: groupsBySize(animals) }],
    {
      truths: animals.labels,
      decisions: animals.labels.map((_, row) => likeliest(answers, row)),
      classes: species,
      probabilities: answers.probabilities,
      inScope: answers.inScope,
    },
    { crossed: false },
  );
  const groups = groupOrder.flatMap((name): GroupResult[] => {
    const found = report.groups.find(({ values }) => values[0] === name);
    const { accuracy, withheld } = found?.figures ?? {};
    if (found === undefined || accuracy === undefined) return [];
    const { value, lower, upper } = accuracy;
    return [{ name, count: found.n, accuracy: { value, lower, upper }, withheld: withheld?.value ?? 0 }];
  });
  const found = report.differences.find(({ rate, isClear }) => rate === "accuracy" && isClear);
  const difference = found && { best: found.highest.join(), worst: found.lowest.join() };
  return { groups, difference };
}
