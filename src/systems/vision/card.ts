/**
 * The model card of a system of pictures: README.md of its folder. Nothing is said with more certainty than it was measured with,
 * and no picture stands in it: it may be passed on where the pictures may not.
 */
import type { Metric } from "../metrics.ts";
import type { Making } from "../reportHtml.ts";
import { plainText, shareText } from "../reportSpell.ts";
import type { VisionStudy } from "./study.ts";

/** Most classes and warnings that the card lists. */
const [mostClasses, mostWarnings] = [60, 20] as const;

/** The card of a study, in Markdown. */
export function cardOf(study: VisionStudy, making: Making): string {
  const { system, split, metrics, classes, warnings, majority } = study;
  const { task, input, origin, care, settings } = system;
  const names = task.classes.slice(0, mostClasses).map((name) => markdown(name));
  const more = task.classes.length > mostClasses ? ` and ${task.classes.length - mostClasses} more` : "";
  const parts = [
    `# Pictures in ${task.classes.length} classes

A network (${settings.network}) that tells these classes of pictures apart: ${names.join(", ")}${more}. Trained on ${split.train.toLocaleString("en-US")} pictures of ${markdown(origin.source)} with Smilodon ${making.version} on ${making.date}.`,
    `## Uses

It takes pictures of any size and makes them ${input.width}×${input.height} pixels, ${input.channels === 1 ? "grey" : "in colour"}. It answers with a class, how sure it is, and the classes that are not ruled out; pictures unlike those it learned from get no answer. It knows nothing but these classes, and was not measured on pictures that came about in another way than those of ${markdown(origin.source)}.

\`\`\`
smilodon predict RUN PICTURE
smilodon evaluate RUN FOLDER
\`\`\``,
    `## Evaluation

On ${split.heldOut.toLocaleString("en-US")} pictures that it had not seen (${split.how}), with 95 % intervals:

| | network | most frequent class |
| --- | --- | --- |
| right answers | ${interval(metrics.accuracy)} | ${shareText(majority.accuracy?.value)} |
| calibration error | ${interval(metrics.ece)} | |
| sets that hold the truth (${shareText(1 - care.sets.alpha, 0)} promised) | ${interval(metrics.coverage)} | |

| class | held out | recognised | right when it says so |
| --- | --- | --- | --- |
${classes
  .slice(0, mostClasses)
  .map(
    ({ name, count, recall, precision }) =>
      `| ${markdown(name)} | ${count} | ${interval(recall)} | ${interval(precision)} |`,
  )
  .join("\n")}`,
    `## Limitations

${
  warnings.length === 0
    ? "Nothing was noticed in the pictures that calls for attention; that is not to say that nothing is there."
    : warnings
        .slice(0, mostWarnings)
        .map(({ message }) => `- ${markdown(message, 400)}`)
        .join("\n")
}

What decides a class for the network need not be what decides it for people: look at explanations before relying on it.`,
    `## Training

\`\`\`
${plainText(making.command, 1000).replaceAll("`", "'")}
\`\`\`

${split.train} pictures to learn from, ${split.calibration} for calibration, ${split.heldOut} held out; seed ${origin.seed}. Pixels and labels have the SHA-256 ${origin.dataHash ?? "(not known)"}.`,
    `## Files

\`model.safetensors\` the weights, \`config.json\` what makes the network and the hashes of all files, \`care/\` calibration, sets, scope and figures, \`report.html\` the report, which holds pictures of the set: it stays with those who have them.`,
  ];
  return `${frontMatter(study)}\n${parts.join("\n\n")}\n`;
}

function frontMatter({ system, metrics }: VisionStudy): string {
  const source = yaml(plainText(system.origin.source));
  return `---
library_name: smilodon
pipeline_tag: image-classification
tags: [image-classification, ${system.settings.network}]
model-index:
  - name: ${source}
    results:
    - task: { type: image-classification }
      dataset: { type: images, name: ${source}, split: held out }
      metrics:
      - { type: accuracy, name: "right answers", value: ${Number((metrics.accuracy?.value ?? 0).toPrecision(6))} }
---`;
}

/** Strings as JSON, which is YAML; marks of HTML and Markdown by number. */
function yaml(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&`|*_[\]~$@#]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Names as text of Markdown: marks are escaped. */
function markdown(text: string, most = 60): string {
  return plainText(text, most).replace(/[\\`*_{}[\]<>()#+!|~&$@-]/g, (mark) => `\\${mark}`);
}

function interval(metric: Metric | undefined): string {
  return metric === undefined
    ? "–"
    : `${shareText(metric.value)} (${shareText(metric.low)} to ${shareText(metric.high)})`;
}
