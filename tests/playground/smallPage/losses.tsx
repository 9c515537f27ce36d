/** Shows losses. */
import type { JSX } from "preact";

export function Losses({ losses }: { losses: readonly number[] }): JSX.Element {
  return <h1>{losses.length} losses</h1>;
}
