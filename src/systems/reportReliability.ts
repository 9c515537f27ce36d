/** Is it as sure as it is right? The diagram, its numbers and its sentence, for reports on classes. */
import type { ReliabilityBin } from "../audit/calibration.ts";
import { wilsonInterval } from "../audit/intervals.ts";
import { numbersOf } from "./reportHtml.ts";
import { colour } from "./reportPalette.ts";
import { plotSvg } from "./reportPlot.ts";
import { count, shareText } from "./reportSpell.ts";

/** How sure it is on average, how often it is right, and whether that differs by more than chance. */
export function sureSentence(bins: readonly ReliabilityBin[], error: number | undefined): string {
  const rows = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (value: (bin: ReliabilityBin) => number): number =>
    bins.reduce((sum, bin) => sum + (value(bin) * bin.count) / Math.max(1, rows), 0);
  const [sure, right] = [mean(({ confidence }) => confidence), mean(({ accuracy }) => accuracy)];
  const interval = wilsonInterval(Math.round(right * rows), rows);
  const isInside = sure >= interval.lower && sure <= interval.upper;
  const judgement = isInside
    ? "no difference beyond chance"
    : sure > right
      ? "it is too sure of itself"
      : "it is less sure than it could be";
  return `On average it is ${shareText(sure)} sure and ${shareText(right)} right: ${judgement}${error === undefined || !Number.isFinite(error) ? "" : ` (calibration error ${shareText(error)})`}. `;
}

/** The reliability diagram; `least` is the probability that the likeliest class has at least. */
export function reliabilitySvg(bins: readonly ReliabilityBin[], least: number): string {
  const low = Math.floor(least * 10 + 1e-9) / 10;
  const axis = { low, high: 1, spell: (value: number) => `${Math.round(100 * value)}` };
  const words = bins.map(
    (bin) => `${shareText(bin.confidence, 0)} sure, ${shareText(bin.accuracy, 0)} right of ${bin.count}`,
  );
  return plotSvg({
    label: `Reliability diagram. ${words.join("; ")}.`,
    x: { ...axis, name: "sure, %" },
    y: { ...axis, low: Math.min(low, ...bins.map((bin) => Math.floor(bin.accuracy * 10) / 10)), name: "right, %" },
    height: 240,
    body: ({ x, y }) => {
      const marks = bins.map((bin) => {
        const { lower, upper } = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
        const place = x(bin.confidence).toFixed(1);
        return `<path d="M${place} ${y(lower).toFixed(1)}V${y(upper).toFixed(1)}" stroke="${colour("own")}" stroke-width="1.6" stroke-opacity=".6"/><circle cx="${place}" cy="${y(bin.accuracy).toFixed(1)}" r="3.4" fill="${colour("own")}"/>`;
      });
      return `<path d="M${x(low).toFixed(1)} ${y(low).toFixed(1)}L${x(1).toFixed(1)} ${y(1).toFixed(1)}" stroke="${colour("soft")}" stroke-dasharray="4 3"/>${marks.join("")}`;
    },
  });
}

/** The numbers behind it. */
export function binsTable(bins: readonly ReliabilityBin[], things = "rows"): string {
  return numbersOf({
    caption: `Held-out ${things} by how sure the network was`,
    head: ["sure", things, "mean", "right"],
    rows: bins.map(({ lower, upper, count: own, confidence, accuracy }) => ({
      cells: [
        `${shareText(lower, 0)} to ${shareText(upper, 0)}`,
        count(own),
        shareText(confidence),
        shareText(accuracy),
      ],
    })),
  });
}
