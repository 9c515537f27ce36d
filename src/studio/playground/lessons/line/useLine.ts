/** The settings, the data, the training and the model of a page about one line. */
import { computed, type Signal, signal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Own, pointClasses, useOwnPoints } from "../../parts/OwnPoints.tsx";
import { type PaceName, paces } from "../../parts/PlayControls.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { choiceCodec, numberCodec, pointsCodec } from "../../shell/codecs.ts";
import type { Trainer } from "../../training/client.ts";
import type { Made } from "../../training/export/made.ts";
import { pointsOf } from "../../training/points.ts";
import { type Problem, squareAxes } from "../../training/problems.ts";
import { bonesTable, hasPoints, LineModel, lineCodec, standIns, startLine, tableOf } from "./lineModel.ts";

/** What the line may lie between. */
export const lineData = { bones: "Cats and small dogs", own: "Your own points" } as const;

/** What a page about one line works with. */
export interface LinePage {
  readonly model: LineModel;
  readonly trainer: Trainer<"line">;
  readonly data: Setting<keyof typeof lineData>;
  readonly own: Own;
  readonly rate: Setting<number>;
  readonly pace: Setting<PaceName>;
  /** The line as it is now, to take along. */
  readonly take: () => Promise<Made | undefined>;
}

/** Makes it once for a page; `rate` is the learning rate that it begins with. */
export function useLine(query: Signal<URLSearchParams>, isThroughSigmoid: boolean, rate: number): LinePage {
  const { settings, dropped, table, options } = useMemo(() => {
    const settings = settingsOf(query, rate);
    const dropped = signal<Problem | undefined>(undefined);
    const table = computed(() => {
      if (settings.data.value === "bones") return bonesTable;
      return tableOf(dropped.value ?? { ...squareAxes, classes: ["orange", "blue"], points: settings.own.value });
    });
    const options = computed(() => ({
      points: hasPoints(table.value) ? table.value.points : standIns,
      scaling: table.value.scaling,
      isThroughSigmoid,
      start: settings.numbers.peek(),
      learningRate: settings.rate.peek(),
    }));
    return { settings, dropped, table, options };
  }, [query]);
  const trainer = useTrainer("line", options);
  const shown = table.value;
  const model = useMemo(() => {
    const { numbers: setting, rate } = settings;
    return new LineModel({ table: shown, trainer, setting, rate, isThroughSigmoid });
  }, [trainer, settings, shown]);
  const own = useOwnPoints(settings, dropped);
  useSignalEffect(() => model.follow());
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const take = async (): Promise<Made | undefined> => {
    const { makeLine } = await import("../../training/export/line.ts");
    const snapshot = trainer.snapshot.peek();
    if (snapshot === undefined) return undefined;
    const { start, steps } = model.way();
    const taken = { ...options.peek(), start, learningRate: settings.rate.peek() };
    return makeLine({ options: taken, problem: model.table, snapshot, steps, mistakes: model.mistakes.peek() });
  };
  const { data, rate: learningRate, pace } = settings;
  return { model, trainer, data, own, rate: learningRate, pace, take };
}

function settingsOf(query: Signal<URLSearchParams>, rate: number) {
  return {
    data: addressSetting(query, "data", choiceCodec(lineData), "bones"),
    own: addressSetting(query, "points", pointsCodec(squareAxes), pointsOf([])),
    next: addressSetting(query, "next", choiceCodec(pointClasses), "orange"),
    numbers: addressSetting(query, "a", lineCodec, startLine),
    rate: addressSetting(query, "rate", numberCodec(0.001, 10), rate),
    pace: addressSetting(query, "pace", choiceCodec(paces), "steady"),
  };
}
