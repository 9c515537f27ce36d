/** Whom the network fails: right answers by group with their intervals, as a table whose bars can be read as numbers, too. */
import type { GroupResult } from "../../training/dogSizes.ts";

/** Length of a whole bar. */
const whole = 100;

/** The table. */
export function Groups({ groups, caption }: { readonly groups: readonly GroupResult[]; readonly caption: string }) {
  return (
    <table class="groups">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col">Right answers</th>
          <th scope="col">Withheld</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ name, accuracy, withheld }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <svg viewBox={`0 0 ${whole} 10`} preserveAspectRatio="none" aria-hidden="true">
                <rect class="rest" width={whole} height="10" />
                <rect class="right" width={whole * accuracy.value} height="10" />
                <path class="interval" d={`M${whole * accuracy.lower} 5H${whole * accuracy.upper}`} />
              </svg>
              <span class="figure">
                <b>{percent(accuracy.value)}</b>{" "}
                <span class="soft">
                  {number(accuracy.lower)}–{percent(accuracy.upper)}
                </span>
              </span>
            </td>
            <td class="figure">{percent(withheld)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function percent(share: number): string {
  return `${number(share)} %`;
}

/** Near the ends tenths count. */
function number(share: number): string {
  const value = 100 * share;
  return value.toFixed(value === 0 || value === 100 || (value >= 10 && value <= 90) ? 0 : 1);
}
