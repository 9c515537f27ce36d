/** Rows with bars of their own, on the best device that works here. */
import type { Row } from "../harness/row.ts";
import type { VocabularyPeer } from "./line.ts";

/** All of them. */
export const namedRows: readonly {
  readonly id: string;
  measure(peers: () => Promise<readonly VocabularyPeer[]>): Promise<Row>;
}[] = [];
