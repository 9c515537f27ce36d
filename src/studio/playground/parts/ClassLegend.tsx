/** Which mark stands for which class. */

/** Names of the two classes with their marks, and what a ring means. */
export function ClassLegend({
  classes,
  ring,
}: {
  readonly classes: readonly [string, string];
  readonly ring?: string;
}) {
  return (
    <p class="legend">
      <span class="mark first">{classes[0]}</span>
      <span class="mark second">{classes[1]}</span>
      {ring !== undefined && <span class="mark ringed">{ring}</span>}
    </p>
  );
}
