/** The reliability diagram: how sure the network was, against how often it was right, with 95 % intervals. */
import type { ReliabilityBin } from "../../../audit/calibration.ts";
import { wilsonInterval } from "../../../audit/intervals.ts";
import { percent } from "../../reportText.ts";
import { colour } from "./palette.ts";

const size = 190;
const margin = { left: 34, right: 10, top: 8, bottom: 32 } as const;

/** The diagram as an <svg> element; `bins` are those of held-out bones. */
export function calibrationSvg(bins: readonly ReliabilityBin[]): string {
  const filled = bins.filter(({ count }) => count > 0);
  const box = `0 0 ${size + margin.left + margin.right} ${size + margin.top + margin.bottom}`;
  const points = filled.map(
    (bin) =>
      `${percent(bin.confidence, 0)} sure, ${percent(bin.accuracy, 0)} right of ${bin.count.toLocaleString("en-US")}`,
  );
  const label = `Reliability diagram: points near the diagonal mean that the network is as sure as it is right. ${points.join("; ")}.`;
  return `<svg viewBox="${box}" role="img" aria-label="${label}"><g transform="translate(${margin.left} ${margin.top})">${axes()}${filled.map(drawBin).join("")}</g></svg>`;
}

/** Confidences of two classes run from 0.5 to 1. */
function along(value: number): number {
  return size * (value - 0.5) * 2;
}

function drawBin(bin: ReliabilityBin): string {
  const { lower, upper } = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
  const x = along(bin.confidence).toFixed(1);
  const y = (value: number): string => (size - Math.max(0, along(value))).toFixed(1);
  return `<path d="M${x} ${y(lower)}V${y(upper)}" stroke="${colour("good")}" stroke-width="1.4" stroke-opacity=".55"/><circle cx="${x}" cy="${y(bin.accuracy)}" r="3" fill="${colour("good")}"/>`;
}

function axes(): string {
  const ticks = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map((value) => {
    const place = along(value).toFixed(1);
    const text = `${Math.round(100 * value)}`;
    return `<text x="${place}" y="${size + 14}" text-anchor="middle" class="axis">${text}</text><text x="-6" y="${(size - along(value) + 3.4).toFixed(1)}" text-anchor="end" class="axis">${text}</text><path d="M0 ${(size - along(value)).toFixed(1)}H${size}" stroke="${colour("line")}" stroke-opacity=".6"/>`;
  });
  return `${ticks.join("")}<path d="M0 ${size}L${size} 0" stroke="${colour("soft")}" stroke-dasharray="3 3"/><text x="${size}" y="${size + 27}" text-anchor="end" class="axis">sure, %</text><text x="6" y="12" class="axis">right, %</text>`;
}
