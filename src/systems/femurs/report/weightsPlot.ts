/** All numbers of the network as a picture: one square a number, its colour the sign and its strength the size. */
import type { LayerNumbers } from "../equations.ts";
import { colour } from "./palette.ts";

const cell = 8;
const gap = 26;

/** The matrices side by side, each with its constants in a row of their own below, as an <svg> element. */
export function weightsSvg(layers: readonly LayerNumbers[]): string {
  const tallest = Math.max(...layers.map(({ inputs }) => inputs)) + 2;
  let x = 0;
  const parts = layers.map((layer) => {
    const part = `<g transform="translate(${x} 0)">${drawLayer(layer, tallest)}</g>`;
    x += layer.outputs * cell + gap;
    return part;
  });
  const count = layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  const label = `The ${count} numbers of the network: ${layers.map(({ inputs, outputs }) => `${inputs} by ${outputs}`).join(", ")}. Blue speaks for a dog, orange for a cat, stronger is larger.`;
  return `<svg viewBox="0 0 ${x - gap} ${tallest * cell + 4}" role="img" aria-label="${label}">${parts.join("")}</svg>`;
}

/** Inputs run downwards, outputs to the right; below a narrow gap stand the constants. */
function drawLayer({ inputs, outputs, weights, biases }: LayerNumbers, rows: number): string {
  const largest = Math.max(...weights.map(Math.abs), ...biases.map(Math.abs));
  const top = ((rows - 2 - inputs) * cell) / 2;
  const squares = Array.from({ length: outputs * inputs }, (_, index) => {
    const output = Math.floor(index / inputs);
    return square(output, top + (index % inputs) * cell, (weights[index] ?? 0) / largest);
  });
  const constants = Array.from(biases, (bias, output) => square(output, top + inputs * cell + 4, bias / largest));
  return [...squares, ...constants].join("");
}

function square(column: number, y: number, strength: number): string {
  const paint = colour(strength >= 0 ? "dog" : "cat");
  const opacity = Math.max(0.04, Math.abs(strength)).toFixed(2);
  return `<rect x="${column * cell}" y="${y}" width="${cell - 1}" height="${cell - 1}" rx="1" fill="${paint}" fill-opacity="${opacity}"/>`;
}
