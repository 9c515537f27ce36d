/** Why: what length and weight add to the log odds, as two bars that begin at undecided. */
import { boneInWords, comparisonInWords, pushesInWords } from "../../../../systems/femurs/words.ts";
import type { BoneAnswer } from "../../training/jobs/careful.ts";

/** Half of the width of the figure. */
const half = 100;

/** The figure. */
export function Reasons({ answered }: { readonly answered: BoneAnswer }) {
  const { reason } = answered;
  const most = Math.max(1, ...reason.pushes.map(({ push }) => Math.abs(push)), Math.abs(reason.logOdds));
  const rows = [
    ...reason.pushes.map(({ feature, push }) => ({ name: feature, push, kind: "part" })),
    { name: "together", push: reason.logOdds, kind: "sum" },
  ];
  return (
    <div class="reasons">
      <p>
        {capital(comparisonInWords(reason))}: {pushesInWords(reason)}.
      </p>
      <table>
        <caption class="unseen">What speaks for cat or dog, in log odds, for {boneInWords(answered.bone)}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <span class="ends">
                <span class="cat-end">← cat</span>
                <span class="dog-end">dog →</span>
              </span>
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, push, kind }) => {
            const length = (half * Math.abs(push)) / most;
            return (
              <tr key={name} class={kind}>
                <th scope="row">{name}</th>
                <td>
                  <svg viewBox={`${-half} 0 ${2 * half} 10`} preserveAspectRatio="none" aria-hidden="true">
                    <rect
                      class={push > 0 ? "to-dog" : "to-cat"}
                      x={push > 0 ? 0 : -length}
                      width={length}
                      height="10"
                    />
                    <path class="zero" d="M0 0V10" />
                  </svg>
                </td>
                <td class="figure">{signed(push)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function signed(value: number): string {
  const size = Math.abs(value);
  return `${value < 0 ? "−" : "+"}${size.toFixed(size < 10 ? 2 : 1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
