/** Careful: why the network answers as it does, when it may be trusted, and whom it fails. */
import { computed, type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { FolderFiles } from "../../../../io/modelFolder.ts";
import { at } from "../../../../support/invariant.ts";
import { type Bone, strangers } from "../../../../systems/femurs/relations.ts";
import { answerInWords, boneInWords } from "../../../../systems/femurs/words.ts";
import { chance } from "../../../../systems/reportText.ts";
import { Choice } from "../../parts/Choice.tsx";
import { Downloads } from "../../parts/Downloads.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Codec, type Setting } from "../../shell/address.ts";
import { choiceCodec, listCodec, numberCodec } from "../../shell/codecs.ts";
import { useCommands } from "../../shell/commands.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import { shareSureAndUnseen, sureAndUnseen } from "../../training/carefulPlane.ts";
import type { Trainer } from "../../training/client.ts";
import { animalsWithDogs, type DogSizes, dogSizes, freshAnimals } from "../../training/dogSizes.ts";
import type { Made } from "../../training/export/made.ts";
import type { BoneAnswer, CarefulOptions } from "../../training/jobs/careful.ts";
import { CarefulPlot } from "./CarefulPlot.tsx";
import type { CarefulScene } from "./carefulDrawing.ts";
import { Groups } from "./Groups.tsx";
import { Reasons } from "./Reasons.tsx";

const dogTitles = {
  all: "of all sizes",
  large: "the larger half",
  small: "the smaller half",
} as const satisfies Record<DogSizes, string>;

/** A bone that could be either, to begin with. */
const firstBone: Bone = { length: 105, weight: 13 };

/** A small dog that no network learned from: the first of the fresh animals whose bone is as long as a cat’s. */
const smallDog = findSmallDog();

function findSmallDog(): Bone {
  const { lengths, weights, labels } = freshAnimals(100, 0);
  const row = labels.findIndex((label, index) => label === 1 && Math.abs(at(lengths, index) - 105) < 8);
  return { length: at(lengths, row), weight: at(weights, row) };
}

function nextDogs(dogs: DogSizes): DogSizes {
  return at(dogSizes, (dogSizes.indexOf(dogs) + 1) % dogSizes.length);
}

const pair = listCodec(2, 2);

/** A bone in the address: length_weight. */
const boneCodec: Codec<Bone> = {
  parse: (text) => {
    const [length, weight] = pair.parse(text) ?? [];
    if (length === undefined || weight === undefined || !(length > 0 && weight > 0)) return undefined;
    return { length, weight };
  },
  write: ({ length, weight }) => pair.write([length, weight]),
};

export default function Careful({ query }: LessonProps) {
  const settings = useMemo(
    () => ({
      dogs: addressSetting<DogSizes>(query, "dogs", choiceCodec(dogTitles), "all"),
      bone: addressSetting(query, "bone", boneCodec, firstBone),
      seed: addressSetting(query, "seed", numberCodec(0, 9999), 0),
    }),
    [query],
  );
  const options = useMemo(
    () =>
      computed(
        (): CarefulOptions => ({
          dogs: settings.dogs.value,
          seed: Math.round(settings.seed.value),
          bone: settings.bone.peek(),
        }),
      ),
    [settings],
  );
  const trainer = useTrainer("careful", options);
  useSignalEffect(() => trainer.change({ bone: settings.bone.value }));
  useSignalEffect(() => drive(trainer));
  const pictures = useMemo(() => picturesOf(trainer, options, settings.bone), [trainer, options, settings]);
  const ask = (bone: Bone): void => {
    settings.bone.value = bone;
  };
  useCommands([
    { key: "x", title: "ask about the sabre-tooth", run: () => ask(strangers["Smilodon fatalis"]) },
    { key: "m", title: "ask about a small dog", run: () => ask(smallDog) },
    { key: "d", title: "other dogs in the table", run: () => (settings.dogs.value = nextDogs(settings.dogs.peek())) },
  ]);
  return (
    <>
      <div class="lesson two">
        <section aria-labelledby="ask">
          <h2 id="ask">Ask about any bone</h2>
          <CarefulPlot
            scene={pictures.scene}
            description={pictures.description}
            bone={settings.bone.signal}
            ask={ask}
          />
          <p class="legend">
            <span class="mark-key cat-key">cat</span> <span class="mark-key dog-key">dog</span>{" "}
            <span class="mark-key hatch-key">withheld: nothing like it was learned from</span>{" "}
            <span class="mark-key bone-key">the bone you ask about</span>
          </p>
          <Strangers trainer={trainer} ask={ask} />
        </section>
        <section aria-labelledby="why">
          <h2 id="why">Why, and may it answer at all?</h2>
          <Answer trainer={trainer} />
          <Downloads take={() => takeAlong(trainer, options.peek(), settings.bone.peek())} />
        </section>
      </div>
      <section class="whom lesson two" aria-labelledby="whom">
        <div>
          <h2 id="whom">Whom does it fail?</h2>
          <Choice title="It learns from 200 cats and from 200 dogs:" setting={settings.dogs} choices={dogTitles} />
          <p>{notes[settings.dogs.value]}</p>
        </div>
        <Whom trainer={trainer} />
      </section>
    </>
  );
}

/** The system as it is, with the folder that the worker makes of it. */
async function takeAlong(trainer: Trainer<"careful">, options: CarefulOptions, bone: Bone): Promise<Made | undefined> {
  if (trainer.snapshot.peek()?.trained === undefined) return undefined;
  const { carefulProgram } = await import("../../training/export/carefulProgram.ts");
  const folder = (): Promise<FolderFiles> =>
    new Promise((resolve) => {
      const stop = trainer.snapshot.subscribe((snapshot) => {
        if (snapshot?.folder === undefined) return;
        resolve(snapshot.folder);
        // Not while it is being set up
        queueMicrotask(() => stop());
      });
      trainer.change({ bone, isFolderWanted: true });
    });
  return { name: "careful", program: carefulProgram(options), folder };
}

/** Trains to the end without being asked; then waits for questions. */
function drive(trainer: Trainer<"careful">): void {
  const [status, snapshot] = [trainer.status.value, trainer.snapshot.value];
  if (snapshot === undefined) return;
  if (status === "paused" && snapshot.done < 1) {
    trainer.setSpeed("fast");
    trainer.play();
  }
  if (status === "playing" && snapshot.done === 1) trainer.pause();
}

function picturesOf(trainer: Trainer<"careful">, options: ReadonlySignal<CarefulOptions>, bone: Setting<Bone>) {
  const animals = computed(() => animalsWithDogs(options.value.dogs, options.value.seed));
  const trained = computed(() => trainer.snapshot.value?.trained);
  const answered = computed(() => trainer.snapshot.value?.answered);
  const scene = computed(
    (): CarefulScene => ({
      animals: animals.value,
      plane: trained.value?.plane,
      bone: bone.value,
      compared: answered.value?.reason.compared,
    }),
  );
  const description = computed(() => {
    const table = `200 cats and 200 dogs (${dogTitles[options.value.dogs]}) by the length of their thigh bones and by how heavy they are for it.`;
    if (trained.value === undefined) return `${table} The network is being trained.`;
    const share = Math.round(100 * shareSureAndUnseen(trained.value.plane));
    return (
      `${table} On ${share} percent of the picture the network is at least 99 percent sure although it has seen nothing like ` +
      `it; there it is kept from answering. ${answered.value === undefined ? "" : sayAnswer(answered.value)}`
    );
  });
  return { scene, description };
}

function sayAnswer({ bone, answer, withheld }: BoneAnswer): string {
  return `${boneInWords(bone)}: ${answerInWords(answer)}. ${withheld}`;
}

interface TrainerProps {
  readonly trainer: Trainer<"careful">;
}

/** Bones that are neither: the sabre-tooth, and places where the network is sure without a reason. */
function Strangers({ trainer, ask }: TrainerProps & { readonly ask: (bone: Bone) => void }) {
  const plane = trainer.snapshot.value?.trained?.plane;
  const [dog, cat] = [plane && sureAndUnseen(plane, 1), plane && sureAndUnseen(plane, 0)];
  return (
    <div class="row">
      <button type="button" class="button" onClick={() => ask(strangers["Smilodon fatalis"])}>
        The sabre-tooth
      </button>
      <button type="button" class="button" onClick={() => ask(smallDog)}>
        A small dog
      </button>
      <button type="button" class="button" disabled={dog === undefined} onClick={() => dog && ask(dog)}>
        A sure “dog”, never seen
      </button>
      <button type="button" class="button" disabled={cat === undefined} onClick={() => cat && ask(cat)}>
        A sure “cat”, never seen
      </button>
    </div>
  );
}

/** What it says of the bone, and why. */
function Answer({ trainer }: TrainerProps) {
  const snapshot = trainer.snapshot.value;
  const answered = snapshot?.answered;
  if (answered === undefined) return <Progress trainer={trainer} />;
  const { answer, bone, probabilityOfDog, withheld } = answered;
  const [label, probability] = probabilityOfDog > 0.5 ? ["dog", probabilityOfDog] : ["cat", 1 - probabilityOfDog];
  return (
    <div aria-live="off">
      <p class="answer">
        <span class="soft">{boneInWords(bone)}</span>
        <b class={answer.inScope ? answer.label : "withheld"}>{answerInWords(answer)}</b>
      </p>
      {answer.inScope ? (
        <p>
          {answer.set.length > 1
            ? "Neither can be ruled out."
            : `A ${answer.set[0] === "cat" ? "dog" : "cat"} can be ruled out, 98 times in 100.`}
        </p>
      ) : (
        <p>
          {withheld} Asked all the same, the network would say: <b>{label}</b>, {chance(probability)}.
        </p>
      )}
      <Reasons answered={answered} />
      <p class="soft small">
        Why it says so: the bone is compared with the nearest one that could be either, and the network’s own slopes are
        added up on the way from there. The parts make up the log odds exactly.
      </p>
    </div>
  );
}

function Progress({ trainer }: TrainerProps) {
  const snapshot = trainer.snapshot.value;
  const problem = trainer.problem.value;
  if (problem !== undefined) {
    return (
      <p class="problem" role="alert">
        {problem}
      </p>
    );
  }
  const done = snapshot?.done ?? 0;
  return (
    <div class="progress">
      <progress value={done} max={1} aria-label="Training" />
      <p class="soft">Getting ready… {snapshot?.task}</p>
    </div>
  );
}

/** Right answers by size, and what to see in them. */
function Whom({ trainer }: TrainerProps) {
  const trained = trainer.snapshot.value?.trained;
  if (trained === undefined) return <p class="soft">It is being trained.</p>;
  return (
    <div>
      <Groups groups={trained.groups} caption="Right answers on 4,000 animals that it has not learned from, by group" />
      <p class="soft small">
        Counted on 4,000 animals of all sizes that it has not learned from; the line on each bar is the 95 % interval.{" "}
        {trained.difference !== undefined &&
          `The difference between ${trained.difference.best} and ${trained.difference.worst} is more than chance explains.`}
      </p>
    </div>
  );
}

const notes = {
  all: "Tiny dogs are the hardest: their bones are like cats’. Now leave half of the dogs out of the table.",
  large:
    "Nobody put small dogs into the table, so the network calls them cats, and is sure of it. Where their bones lie among " +
    "cats’ they are not even withheld. Its figures on cats and large dogs look better than ever: only counting by group shows it.",
  small:
    "Nobody put large dogs into the table. They are unlike anything in it, so nearly all of them are withheld: here the " +
    "network’s own scope tells us what is missing.",
} as const satisfies Record<DogSizes, string>;
