/** A trainer for as long as a component is shown, begun again whenever its options change. */
import { type ReadonlySignal, untracked, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Trainer } from "../training/client.ts";
import type { JobKind, OptionsOf } from "../training/jobs/table.ts";

/** The trainer of `kind`; `options` says how it begins. */
export function useTrainer<Kind extends JobKind>(kind: Kind, options: ReadonlySignal<OptionsOf<Kind>>): Trainer<Kind> {
  const trainer = useMemo(() => new Trainer(kind, 1), [kind]);
  useSignalEffect(() => {
    const now = options.value;
    untracked(() => trainer.start(now));
  });
  useEffect(() => () => trainer.dispose(), [trainer]);
  return trainer;
}
