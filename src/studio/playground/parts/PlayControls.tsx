/** Play and pause, one step, reset, and the pace: the same on every page that trains, with the same keys. */
import type { ReadonlySignal } from "@preact/signals";
import { useSignalEffect } from "@preact/signals";
import type { Setting } from "../shell/address.ts";
import { useCommands } from "../shell/commands.ts";
import type { Status } from "../training/client.ts";
import type { Speed } from "../training/protocol.ts";
import { Choice } from "./Choice.tsx";
import { useCalm } from "./calm.ts";

/** What can be played: a trainer, or a page's own. */
export interface Playable {
  readonly status: ReadonlySignal<Status>;
  readonly step: ReadonlySignal<number>;
  readonly problem: ReadonlySignal<string | undefined>;
  play(): void;
  pause(): void;
  takeSteps(count?: number): void;
  reset(): void;
  setSpeed(speed: Speed): void;
}

/** Paces by name: steps for each picture. */
export const paces = {
  slow: { title: "Slow", speed: 0.1 },
  steady: { title: "Steady", speed: 1 },
  quick: { title: "Quick", speed: 20 },
  fast: { title: "Full speed", speed: "fast" },
} satisfies Record<string, { title: string; speed: Speed }>;

/** Name of a pace. */
export type PaceName = keyof typeof paces;

const titles: Readonly<Record<PaceName, string>> = {
  slow: paces.slow.title,
  steady: paces.steady.title,
  quick: paces.quick.title,
  fast: paces.fast.title,
};

/** The controls. */
export function PlayControls({ of, pace }: { readonly of: Playable; readonly pace: Setting<PaceName> }) {
  const status = of.status.value;
  const isPlaying = status === "playing";
  const toggle = (): void => (of.status.peek() === "playing" ? of.pause() : of.play());
  useSignalEffect(() => of.setSpeed(paces[pace.value].speed));
  useCommands([
    { key: " ", title: "play or pause", run: toggle },
    { key: "s", title: "one step", run: () => of.takeSteps() },
    { key: "r", title: "begin again", run: () => of.reset() },
    { key: "+", title: "faster", run: () => changePace(pace, 1) },
    { key: "-", title: "slower", run: () => changePace(pace, -1) },
  ]);
  return (
    <div class="play">
      <div class="row">
        <button type="button" class="button primary" disabled={status === "failed"} onClick={toggle}>
          {isPlaying ? "Pause" : "Play"}
        </button>
        <button
          type="button"
          class="button"
          disabled={status !== "playing" && status !== "paused"}
          onClick={() => of.takeSteps()}
        >
          Step
        </button>
        <button type="button" class="button" disabled={status === "failed"} onClick={() => of.reset()}>
          Reset
        </button>
        <StepCount of={of} />
      </div>
      <Choice title="Pace" setting={pace} choices={titles} />
      {of.problem.value !== undefined && (
        <p class="problem" role="alert">
          {of.problem.value}
        </p>
      )}
    </div>
  );
}

/** Apart from the buttons, which need not be rendered with every step. */
function StepCount({ of }: { readonly of: Playable }) {
  const step = useCalm(of.step);
  const isLoading = of.status.value === "loading";
  return <p class="count">{isLoading ? "Getting ready…" : `Step ${step.value.toLocaleString("en")}`}</p>;
}

function changePace(pace: Setting<PaceName>, by: number): void {
  const names = Object.keys(paces).filter((name): name is PaceName => Object.hasOwn(paces, name));
  const next = names[names.indexOf(pace.peek()) + by];
  if (next !== undefined) pace.value = next;
}
