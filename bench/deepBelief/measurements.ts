/** The rows of the benchmark `deep-belief`, in order. What is learned for several rows is learned once. */
import { ownRow, type Row } from "../harness/row.ts";
import { digitErrors } from "./digits.ts";
import { gradientDifference, poolingDifference } from "./exact.ts";
import { measureObjects } from "./objects.ts";
import { gaborShare } from "./scenes.ts";
import { measureSpeed } from "./speed.ts";

const bench = "deep-belief";

/** Rows that are measured together. */
interface Measurement {
  readonly ids: readonly string[];
  measure(): Promise<readonly Row[]>;
}

/** All of them. */
export const measurements: readonly Measurement[] = [
  {
    ids: ["exact-pooling"],
    measure: async () => [
      ownRow(bench, "exact-pooling", await poolingDifference(), "largest difference, f64", "lower", 1e-6),
    ],
  },
  {
    ids: ["exact-gradient"],
    measure: async () => [
      ownRow(bench, "exact-gradient", await gradientDifference(), "largest difference, f64", "lower", 1e-6),
    ],
  },
  { ids: ["speed"], measure: async () => [await measureSpeed()] },
  {
    ids: ["gabor"],
    measure: async () => [ownRow(bench, "gabor", await gaborShare(), "of 24 filters, R² ≥ 0.7", "higher", 0.7)],
  },
  {
    ids: ["mnist-1k", "mnist-60k"],
    measure: async () => {
      const { thousand, all } = await digitErrors();
      return [
        ownRow(bench, "mnist-1k", thousand, "error, mean of 5 draws", "lower", 0.029),
        ownRow(bench, "mnist-60k", all, "error", "lower", 0.01),
      ];
    },
  },
  {
    ids: ["parts", "parts-faces-3", "fill-in"],
    measure: async () => {
      const { rising, faces, filled } = await measureObjects();
      return [
        ownRow(bench, "parts", rising, "of 3 classes rise from layer to layer", "higher", 1),
        ownRow(bench, "parts-faces-3", faces, "mean area under precision and recall", "higher", 0.85),
        ownRow(bench, "fill-in", filled, "error of hidden halves over that from below", "lower", 0.8),
      ];
    },
  },
];
