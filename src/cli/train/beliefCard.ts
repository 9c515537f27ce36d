/** What a training without labels comes to in words: the card in its folder, the lines that are printed, and one JSON object. */
import { basename, join } from "node:path";
import type { Console } from "../console.ts";
import { programName } from "../programName.ts";
import { version } from "../version.ts";
import type { BeliefSettings } from "./beliefSettings.ts";
import type { BeliefStudy } from "./beliefStudy.ts";
import { quoted } from "./command.ts";

/** README.md of the folder. No picture stands in it: it may be passed on where the pictures may not. */
export function beliefCard({ layers, pictures, size }: BeliefStudy, settings: BeliefSettings, date: string): string {
  const rows = layers.map(
    ({ groups, kernel, steps, error, active }, index) =>
      `| ${index + 1} | ${groups} | ${kernel} × ${kernel} | ${steps.toLocaleString("en-US")} | ${error.toPrecision(3)} | ${(100 * active).toFixed(2)} % |`,
  );
  return `# A deep belief network of ${layers.length === 1 ? "one layer" : `${layers.length} layers`}

It was shown ${pictures.toLocaleString("en-US")} pictures (grey, whitened, ${size} × ${size} pixels) and told nothing about them. Made with Smilodon ${version} on ${date}:

\`\`\`
${beliefCommand(settings)}
\`\`\`

| layer | filters | size | steps | error of reconstruction | units that are on |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

The filters are drawn in report.html. They say what is frequent in these pictures, and nothing of what is in others. No class was
learned and nothing can be predicted: \`loadDeepBelief\` of \`smilodon/node\` opens the network, and what it finds in a picture are features for
a classifier.
`;
}

/** The command that makes the run again, from the folder of the pictures; paths stay private. */
export function beliefCommand({ file, size, scale, minutes, onCorrupt, seed }: BeliefSettings): string {
  const words = ["train", basename(file.replace(/\/+$/, "")), "--model", "deep-belief", "--scale", scale];
  if (size !== null) words.push("--size", String(size));
  if (minutes !== null) words.push("--minutes", String(minutes));
  if (onCorrupt !== "skip") words.push("--on-corrupt", onCorrupt);
  words.push("--seed", String(seed));
  return [programName(), ...words.map(quoted)].join(" ");
}

/** The object that `train --model deep-belief --json` ends with (docs/schemas/train-deep-belief.json). */
export function beliefToJson(
  { layers, pictures, size, damaged }: BeliefStudy,
  { run, seconds }: { readonly run: string; readonly seconds: number },
) {
  return {
    run,
    model: "deep-belief",
    pictures,
    size,
    seconds: Number(seconds.toFixed(2)),
    layers,
    damaged: damaged.map(({ name, reason }) => ({ name, reason })),
  };
}

/** Says what each layer came to and where it can be seen. */
export function showBelief(
  study: BeliefStudy,
  { run, seconds }: { run: string; seconds: number },
  console: Console,
): void {
  for (const [index, { groups, kernel, steps, error }] of study.layers.entries())
    console.print(
      `layer ${index + 1}: ${groups} filters of ${kernel} × ${kernel} after ${steps.toLocaleString("en-US")} steps, error ${error.toPrecision(3)}`,
    );
  console.say("");
  console.say(`Done in ${seconds.toFixed(1)} s.`);
  console.say(`  ${join(run, "report.html")}   the filters, how they formed, and pictures that were filled in`);
  console.say(`  ${join(run, "README.md")}   the card`);
}
