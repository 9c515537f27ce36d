/** What the report shows, computed once: page.ts fills it in, sections.ts draws it. */
import type { LayerNumbers } from "../equations.ts";
import type { ModelName } from "../models.ts";
import type { Study } from "../study.ts";
import type { Figures } from "./figures.ts";

/** What the page says of its own making. */
export interface Making {
  readonly version: string;
  readonly date: string;
  /** How to ask about another bone. */
  readonly command: string;
}

/** Everything that the sections show, computed once. */
export interface ReportFacts {
  readonly study: Study;
  readonly making: Making;
  readonly figures: Figures;
  readonly equations: Readonly<Record<ModelName, string>>;
  readonly layers: readonly LayerNumbers[];
}
