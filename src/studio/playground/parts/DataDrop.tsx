/**
 * The visitor's own table: a CSV file, chosen or dropped, becomes points of a plane. It is read here and never leaves the
 * page. Two columns of numbers become x and y, a column with two different values the classes: which, the visitor says.
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ColumnChoice, OwnTable } from "../training/ownTable.ts";
import type { Problem } from "../training/problems.ts";
import { useId } from "./useId.ts";

/** A file that was taken, for choosing other columns of it. */
interface Kept {
  readonly name: string;
  readonly text: string;
  readonly table: OwnTable;
}

interface DataDropProps {
  /** The table that is shown now, where it can be cleared away: what is said of the file goes with it. */
  readonly taken?: ReadonlySignal<Problem | undefined>;
  readonly take: (problem: Problem) => void;
}

/** The control. */
export function DataDrop({ taken, take }: DataDropProps) {
  const message = useSignal("");
  const isFailure = useSignal(false);
  const kept = useSignal<Kept | undefined>(undefined);
  const isShown = taken === undefined || taken.value !== undefined;
  const input = useRef<HTMLInputElement>(null);
  const use = async (name: string, read: () => Promise<string>, choice?: ColumnChoice): Promise<void> => {
    try {
      const { problemFromCsv } = await import("../training/ownTable.ts");
      const text = await read();
      const table = problemFromCsv(text, choice);
      kept.value = { name, text, table };
      isFailure.value = false;
      message.value = `${name}: ${table.summary}`;
      take(table.problem);
    } catch (error) {
      isFailure.value = true;
      message.value = `${name} was not taken: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) await use(file.name, () => file.text());
  };
  const chooseAgain = (choice: ColumnChoice): void => {
    const { name, text, table } = kept.peek() ?? {};
    if (name !== undefined && text !== undefined) void use(name, async () => text, { ...table?.choice, ...choice });
  };
  return (
    // Dropping is one more way to do what the button does
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside is the control
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void read(event.dataTransfer?.files[0]);
      }}
    >
      <button type="button" class="button" onClick={() => input.current?.click()}>
        Open a CSV file
      </button>
      <input
        ref={input}
        class="unseen"
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        tabIndex={-1}
        aria-label="CSV file"
        onChange={({ currentTarget }) => {
          void read(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      <span class="small soft">or drop it here. It never leaves this page.</span>
      {message.value !== "" && (isFailure.value || isShown) && (
        <p class={isFailure.value ? "problem" : "small"} role={isFailure.value ? "alert" : "status"}>
          {message.value}
        </p>
      )}
      {kept.value !== undefined && isShown && <Columns table={kept.value.table} choose={chooseAgain} />}
    </div>
  );
}

interface ColumnsProps {
  readonly table: OwnTable;
  readonly choose: (choice: ColumnChoice) => void;
}

/** Which column is what, where there is something to choose. */
function Columns({ table: { choice, numbers, targets }, choose }: ColumnsProps) {
  return (
    <div class="row">
      {numbers.length > 2 && (
        <>
          <Column title="Across" names={numbers} value={choice.x} choose={(x) => choose({ x })} />
          <Column title="Upwards" names={numbers} value={choice.y} choose={(y) => choose({ y })} />
        </>
      )}
      {targets.length > 1 && (
        <Column title="Classes" names={targets} value={choice.target} choose={(target) => choose({ target })} />
      )}
    </div>
  );
}

interface ColumnProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly value: string;
  readonly choose: (name: string) => void;
}

function Column({ title, names, value, choose }: ColumnProps) {
  const id = useId();
  return (
    <div class="control">
      <label for={id}>{title}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
