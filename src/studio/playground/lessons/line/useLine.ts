/** The settings, the training and the model of a page about one line. */

import type { Signal } from "@preact/signals";
import { signal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type PaceName, paces } from "../../parts/PlayControls.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import type { Trainer } from "../../training/client.ts";
import type { Made } from "../../training/export/made.ts";
import { bonesTable, LineModel, lineCodec, startLine } from "./lineModel.ts";

/** What a page about one line works with. */
export interface LinePage {
  readonly model: LineModel;
  readonly trainer: Trainer<"line">;
  readonly rate: Setting<number>;
  readonly pace: Setting<PaceName>;
  /** The line as it is now, to take along. */
  readonly take: () => Promise<Made | undefined>;
}

/** Makes it once for a page; `rate` is the learning rate that it begins with. */
export function useLine(query: Signal<URLSearchParams>, isThroughSigmoid: boolean, rate: number): LinePage {
  const settings = useMemo(
    () => ({
      numbers: addressSetting(query, "a", lineCodec, startLine),
      rate: addressSetting(query, "rate", numberCodec(0.001, 10), rate),
      pace: addressSetting(query, "pace", choiceCodec(paces), "steady"),
    }),
    [query],
  );
  const options = useMemo(
    () =>
      signal({
        points: bonesTable.points,
        scaling: bonesTable.scaling,
        isThroughSigmoid,
        start: settings.numbers.peek(),
        learningRate: settings.rate.peek(),
      }),
    [settings],
  );
  const trainer = useTrainer("line", options);
  const model = useMemo(
    () => new LineModel(trainer, settings.numbers, settings.rate, isThroughSigmoid),
    [trainer, settings],
  );
  useSignalEffect(() => model.follow());
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const take = async (): Promise<Made | undefined> => {
    const { makeLine } = await import("../../training/export/line.ts");
    const snapshot = trainer.snapshot.peek();
    if (snapshot === undefined) return undefined;
    const { start, steps } = model.way();
    const taken = { ...options.peek(), start, learningRate: settings.rate.peek() };
    return makeLine({ options: taken, problem: bonesTable, snapshot, steps, mistakes: model.mistakes.peek() });
  };
  return { model, trainer, rate: settings.rate, pace: settings.pace, take };
}
