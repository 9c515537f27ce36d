/** What a system answers over the plane of its two columns, where it has two and both are numbers. The report draws it. */
import { someRows } from "../../audit/mixedRows.ts";
import { topLabel } from "../../audit/predictions.ts";
import { judgeRows } from "../../audit/tableScope.ts";
import { applyTemperature } from "../../audit/temperature.ts";
import { Table } from "../../data/table.ts";
import { at } from "../../support/invariant.ts";
import { outputsOf } from "./outputs.ts";
import type { HeldOutStudy, Plane, PlaneAxis, TabularStudy } from "./study.ts";
import { predictionsOf } from "./task.ts";

const points = 61;
const mostRows = 400;

/** Most classes that get a picture. */
const mostClasses = 6;

/** The plane of `system`, with some of the held-out rows of `table`; undefined where there is none to draw. */
export async function planeOf(
  system: TabularStudy["system"],
  table: Table,
  heldOut: HeldOutStudy,
): Promise<Plane | undefined> {
  const { encoder, task, network, settings, care } = system;
  const [first, second] = encoder.features;
  if (encoder.features.length !== 2 || first?.kind !== "number" || second?.kind !== "number") return undefined;
  if (task.kind === "classification" && task.classes.length > mostClasses) return undefined;
  const [columnX, columnY] = [table.column(first.name), table.column(second.name)];
  if (columnX.kind !== "number" || columnY.kind !== "number") return undefined;
  const [x, y] = [axisOf(first.name, columnX.values), axisOf(second.name, columnY.values)];
  if (x === undefined || y === undefined) return undefined;
  const cells = Array.from({ length: points * points }, (_, cell) => cell);
  const along = (cell: number): number => (cell % points) / (points - 1);
  const upwards = (cell: number): number => 1 - Math.floor(cell / points) / (points - 1);
  const net = new Map([
    [first.name, { kind: "number" as const, values: Float64Array.from(cells, (cell) => valueAt(x, along(cell))) }],
    [second.name, { kind: "number" as const, values: Float64Array.from(cells, (cell) => valueAt(y, upwards(cell))) }],
  ]);
  const rows = encoder.encode(new Table(net));
  const outputs = await outputsOf(network, rows, settings.network);
  const answers =
    task.kind === "regression"
      ? predictionsOf(task, outputs)
      : applyTemperature(outputs, task.classes.length, care.temperature);
  const shown = Array.from(someRows(heldOut.rows.length, mostRows), (row) => ({
    x: at(columnX.values, row),
    y: at(columnY.values, row),
    truth: at(heldOut.truth, row),
    answer: answerOf(heldOut, row),
  })).filter((row) => Number.isFinite(row.x) && Number.isFinite(row.y));
  return { x, y, points, answers, scope: judgeRows(care.scope, rows).ratio, rows: shown };
}

function answerOf({ rows, probabilities, predictions }: HeldOutStudy, row: number): number {
  if (probabilities === undefined) return at(predictions ?? [], row);
  return topLabel({ probabilities, classes: probabilities.length / rows.length }, row).label;
}

/** From a little below to a little above nearly all values, so that what is withheld comes into view. */
function axisOf(name: string, values: Float64Array): PlaneAxis | undefined {
  const known = values.filter(Number.isFinite).sort();
  if (known.length < 2) return undefined;
  const at99 = (share: number): number => at(known, Math.round(share * (known.length - 1)));
  const [low, high] = [at99(0.005), at99(0.995)];
  const room = 0.2;
  if (low > 0 && high / low > 50) {
    const step = (high / low) ** room;
    return { name, low: low / step, high: high * step, isLogarithmic: true };
  }
  const width = high - low;
  return width > 0 && Number.isFinite(width)
    ? { name, low: low - room * width, high: high + room * width, isLogarithmic: false }
    : undefined;
}

/** The value at a share of the way along an axis. */
function valueAt({ low, high, isLogarithmic }: PlaneAxis, share: number): number {
  return isLogarithmic ? low * (high / low) ** share : low + share * (high - low);
}
