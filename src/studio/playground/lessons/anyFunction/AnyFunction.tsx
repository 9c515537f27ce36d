/** Any function: a network learns a curve that the visitor draws; bumps make it by hand; depth folds what width cannot. */
import { useMemo } from "preact/hooks";
import { at } from "../../../../support/invariant.ts";
import { Choice } from "../../parts/Choice.tsx";
import { addressSetting } from "../../shell/address.ts";
import { choiceCodec } from "../../shell/codecs.ts";
import { useCommands } from "../../shell/commands.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import { presetNames } from "../../training/curves.ts";
import { Build } from "./Build.tsx";
import { type DrawnCurve, drawnCurveCodec, presetOf } from "./drawnCurve.ts";
import { Fold } from "./Fold.tsx";
import { Learn } from "./Learn.tsx";

const ways = { learn: "Learn it", build: "Build it by hand", fold: "Fold it" } as const;

type Way = keyof typeof ways;

export default function AnyFunction({ query }: LessonProps) {
  const settings = useMemo(
    () => ({
      way: addressSetting<Way>(query, "way", choiceCodec(ways), "learn"),
      curve: addressSetting(query, "curve", drawnCurveCodec, presetOf("wave")),
    }),
    [query],
  );
  const way = settings.way.value;
  useCommands([
    { key: "w", title: "another way", run: () => (settings.way.value = nextWay(settings.way.peek())) },
    { key: "c", title: "another curve", run: () => (settings.curve.value = nextCurve(settings.curve.peek())) },
  ]);
  return (
    <>
      <div class="ways">
        <Choice title="How" setting={settings.way} choices={ways} />
      </div>
      {way === "learn" && <Learn query={query} drawn={settings.curve} />}
      {way === "build" && <Build query={query} drawn={settings.curve} />}
      {way === "fold" && <Fold query={query} />}
    </>
  );
}

function nextWay(way: Way): Way {
  return way === "learn" ? "build" : way === "build" ? "fold" : "learn";
}

function nextCurve({ preset }: DrawnCurve): DrawnCurve {
  const index = preset === undefined ? -1 : presetNames.indexOf(preset);
  return presetOf(at(presetNames, (index + 1) % presetNames.length));
}
