/** What somebody should look at before the figures are believed. */
import type { PictureChecks } from "../../audit/pictureChecks.ts";
import type { ShortcutFinding } from "../../audit/shortcut.ts";
import { at } from "../../support/invariant.ts";
import type { Division } from "./division.ts";
import type { GivenPictures } from "./given.ts";
import type { HeldOutPictures, VisionWarning } from "./study.ts";

/** Fewer held-out pictures say next to nothing. */
const fewHeldOut = 30;
/** Classes of fewer pictures are hardly learned. */
const fewOfClass = 10;

/** What the warnings are made of. */
export interface WarningFacts {
  readonly given: GivenPictures;
  readonly division: Division;
  readonly checks: Pick<PictureChecks, "copies" | "nearCopies" | "isCutShort">;
  readonly heldOut: Pick<HeldOutPictures, "rows">;
  readonly shortcut: ShortcutFinding | undefined;
}

/** All of them, the gravest first. */
export function findWarnings(facts: WarningFacts): VisionWarning[] {
  return [
    ...(facts.shortcut?.isShortcut === true ? [{ kind: "shortcut", message: facts.shortcut.message } as const] : []),
    ...crossing(facts),
    ...contradicting(facts),
    ...copies(facts),
    ...rare(facts),
    ...few(facts),
    ...damaged(facts),
    ...facts.given.notes.map((message): VisionWarning => ({ kind: "note", message })),
  ];
}

function crossing({ division: { crossing: groups }, given: { set } }: WarningFacts): VisionWarning[] {
  const [first] = groups;
  if (first === undefined) return [];
  const names = first.map((row) => at(set.names, row)).slice(0, 3);
  return [
    {
      kind: "crossing-copies",
      message: `${number(groups.length, "picture is", "pictures are")} both in what was learned from and in what was measured on, for example ${names.join(" and ")}: figures are too good by that. Remove the copies.`,
    },
  ];
}

function contradicting({ checks, given: { set } }: WarningFacts): VisionWarning[] {
  const groups = checks.copies.filter((rows) => new Set(rows.map((row) => at(set.labels, row))).size > 1);
  const [first] = groups;
  if (first === undefined) return [];
  const words = first.slice(0, 3).map((row) => `${at(set.names, row)} (${at(set.classes, at(set.labels, row))})`);
  return [
    {
      kind: "contradicting-copies",
      message: `${number(groups.length, "picture has", "pictures have")} copies in another class, for example ${words.join(" and ")}: one of both labels is wrong.`,
    },
  ];
}

function copies({ checks }: WarningFacts): VisionWarning[] {
  const extra = checks.copies.reduce((sum, rows) => sum + rows.length - 1, 0);
  const near = checks.nearCopies.length;
  if (extra + near === 0) return [];
  const more = checks.isCutShort ? ", and there may be more" : "";
  return [
    {
      kind: "copies",
      message: `${number(extra, "picture is an exact copy", "pictures are exact copies")} of others, ${number(near, "pair", "pairs")} nearly so${more}.`,
    },
  ];
}

function rare({ given: { set } }: WarningFacts): VisionWarning[] {
  const counts = set.classes.map((name, label) => ({ name, count: set.labels.filter((own) => own === label).length }));
  const found = counts.filter(({ count }) => count < fewOfClass).sort((a, b) => a.count - b.count);
  if (found.length === 0) return [];
  const shown = found.slice(0, 5).map(({ name, count }) => `${name} (${count})`);
  return [
    {
      kind: "rare-class",
      message: `${number(found.length, "class has", "classes have")} fewer than ${fewOfClass} pictures: ${shown.join(", ")}${found.length > 5 ? " …" : ""}. Little can be learned of such, and less measured; of a single picture nothing is held out.`,
    },
  ];
}

function few({ heldOut: { rows } }: WarningFacts): VisionWarning[] {
  if (rows.length >= fewHeldOut) return [];
  return [
    {
      kind: "few-held-out",
      message: `Only ${number(rows.length, "picture", "pictures")} could be held out: figures say next to nothing.`,
    },
  ];
}

function damaged({ given: { set } }: WarningFacts): VisionWarning[] {
  const [first] = set.failures;
  if (first === undefined) return [];
  const count = set.failures.length;
  return [
    {
      kind: "damaged",
      message: `${number(count, "file", "files")} could not be read and ${count === 1 ? "was" : "were"} left out, for example ${first.name}: ${first.reason}`,
    },
  ];
}

function number(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
