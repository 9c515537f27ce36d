/** Any function: a network learns a curve that the visitor draws; bumps make it by hand; depth folds what width cannot. */
import { useMemo } from "preact/hooks";
import { Choice } from "../../parts/Choice.tsx";
import { addressSetting } from "../../shell/address.ts";
import { choiceCodec } from "../../shell/codecs.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import { Build } from "./Build.tsx";
import { drawnCurveCodec, presetOf } from "./drawnCurve.ts";
import { Fold } from "./Fold.tsx";
import { Learn } from "./Learn.tsx";

const ways = { learn: "Learn it", build: "Build it by hand", fold: "Fold it" } as const;

export default function AnyFunction({ query }: LessonProps) {
  const settings = useMemo(
    () => ({
      way: addressSetting<keyof typeof ways>(query, "way", choiceCodec(ways), "learn"),
      curve: addressSetting(query, "curve", drawnCurveCodec, presetOf("wave")),
    }),
    [query],
  );
  const way = settings.way.value;
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
