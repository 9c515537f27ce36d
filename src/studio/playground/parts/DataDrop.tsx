/**
 * The visitor's own table: a CSV file, chosen or dropped, becomes points of a plane. It is read here and never leaves the
 * page. Two columns of numbers become x and y, a column with two different values the classes.
 */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Problem } from "../training/problems.ts";

/** The control. `take` is given the table, with the file's name. */
export function DataDrop({ take }: { readonly take: (problem: Problem, name: string) => void }) {
  const message = useSignal("");
  const isFailure = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      const { problemFromCsv } = await import("../training/ownTable.ts");
      const { problem, summary } = problemFromCsv(await file.text());
      isFailure.value = false;
      message.value = `${file.name}: ${summary}`;
      take(problem, file.name);
    } catch (error) {
      isFailure.value = true;
      message.value = `${file.name} was not taken: ${error instanceof Error ? error.message : String(error)}`;
    }
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
      {message.value !== "" && (
        <p class={isFailure.value ? "problem" : "small"} role={isFailure.value ? "alert" : "status"}>
          {message.value}
        </p>
      )}
    </div>
  );
}
