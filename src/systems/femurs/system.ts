/** What is kept of the training: the models and everything that their answers need. Saved as a folder (folder.node.ts). */
import type { ConformalRule } from "../../audit/conformal.ts";
import type { ScopeRule } from "../../audit/scope.ts";
import type { Standardization } from "../../data/standardization.ts";
import type { FemurModels } from "./models.ts";

/** A trained system, ready to answer (use.ts). */
export interface FemurSystem {
  readonly models: FemurModels;
  /** Of the logarithms of length and weight. */
  readonly standardization: Standardization;
  /** What the network's logits are divided by. */
  readonly temperature: number;
  /** Which labels a set holds. */
  readonly sets: ConformalRule;
  /** Which bones get an answer. */
  readonly scope: ScopeRule;
  /** How it came about. */
  readonly origin: Origin;
}

/** Where a system comes from. */
export interface Origin {
  /** Seed of the table, of first weights and of the order of bones. */
  readonly seed: number;
  /** Number of training bones. */
  readonly bones: number;
}
