/** A visitor's own points: pressed onto the plane one by one, or out of a file. */
import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Setting } from "../shell/address.ts";
import { mostPoints } from "../shell/codecs.ts";
import { type Points, pointsOf } from "../training/points.ts";
import type { Problem } from "../training/problems.ts";
import { Choice } from "./Choice.tsx";
import { DataDrop } from "./DataDrop.tsx";
import type { Place } from "./planeDrawing.ts";

/** The classes of own points, as the page writes them. */
export const pointClasses = { orange: "● orange", blue: "▲ blue" } as const;

/** One of them. */
export type PointClass = keyof typeof pointClasses;

/** Own points in the address: those there are, and the class of the next. */
export interface OwnSettings {
  readonly own: Setting<Points>;
  readonly next: Setting<PointClass>;
}

/** What may be done with own points. */
export interface Own {
  readonly label: Setting<PointClass>;
  readonly table: Signal<Problem | undefined>;
  readonly points: Pick<Signal<Points>, "value">;
  readonly add: (place: Place) => void;
  readonly removeLast: () => void;
  readonly clear: () => void;
}

/** Own points in the address, and a table beside it. */
export function useOwnPoints({ own: points, next: label }: OwnSettings, table: Signal<Problem | undefined>): Own {
  return useMemo(() => {
    const change = (edit: (list: { x: number; y: number; label: number }[]) => void): void => {
      const { x, y, labels } = points.peek();
      const list = Array.from(labels, (each, row) => ({ x: x[row] ?? 0, y: y[row] ?? 0, label: each }));
      edit(list);
      points.value = pointsOf(list.slice(0, mostPoints));
    };
    return {
      label,
      table,
      points,
      add: (place) => change((list) => list.push({ ...place, label: label.peek() === "blue" ? 1 : 0 })),
      removeLast: () => change((list) => list.pop()),
      clear: () => {
        table.value = undefined;
        change((list) => list.splice(0));
      },
    };
  }, [points, label, table]);
}

/** The controls. */
export function OwnPoints({ own }: { readonly own: Own }) {
  const count = own.points.value.labels.length;
  return (
    <div class="own">
      {own.table.value === undefined && (
        <>
          <p class="small">
            Press on the plane to put a point. {count} of at most {mostPoints} are there.
          </p>
          <Choice title="Next point" setting={own.label} choices={pointClasses} />
        </>
      )}
      <div class="row">
        {own.table.value === undefined && (
          <button type="button" class="button" disabled={count === 0} onClick={own.removeLast}>
            Take back the last
          </button>
        )}
        <button
          type="button"
          class="button"
          disabled={count === 0 && own.table.value === undefined}
          onClick={own.clear}
        >
          Clear
        </button>
      </div>
      {own.table.value !== undefined && <p class="small soft">A link holds drawn points, but no files.</p>}
      <DataDrop taken={own.table} take={(problem) => (own.table.value = problem)} />
    </div>
  );
}
