/** The plane of a page about one line: the points, the line with its handles, what lies below them, and own points. */
import { Choice } from "../../parts/Choice.tsx";
import { ClassLegend } from "../../parts/ClassLegend.tsx";
import { OwnPoints } from "../../parts/OwnPoints.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { LineEquation, Mistakes } from "./LineText.tsx";
import { type LinePage, lineData } from "./useLine.ts";

interface LinePlaneProps {
  readonly page: LinePage;
  /** What the equation gives. */
  readonly left: string;
  readonly around?: string;
}

/** The figure and its controls. */
export function LinePlane({ page, left, around }: LinePlaneProps) {
  const { model, data, own } = page;
  const isOwn = data.value === "own";
  return (
    <>
      <Plane
        scene={model.scene}
        description={model.description}
        handles={model.handles}
        {...(isOwn && own.table.value === undefined ? { press: own.add } : {})}
      />
      <ClassLegend classes={model.table.classes} ring="on the wrong side" />
      <LineEquation model={model} left={left} {...(around === undefined ? {} : { around })} />
      <Mistakes model={model} />
      <Choice title="Data" setting={data} choices={lineData} />
      {isOwn && <OwnPoints own={own} />}
    </>
  );
}
