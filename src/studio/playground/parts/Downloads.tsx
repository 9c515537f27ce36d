/** What was trained, to take along: the model folder as a zip file, and the TypeScript that makes it. */
import { useSignal } from "@preact/signals";
import type { Made } from "../training/export/made.ts";

interface DownloadsProps {
  /** What there is now; undefined before the training has shown itself. */
  readonly take: () => Promise<Made | undefined>;
}

/** The two buttons. */
export function Downloads({ take }: DownloadsProps) {
  const message = useSignal("");
  const isFailure = useSignal(false);
  const save = async (pack: (made: Made) => Promise<Saved>): Promise<void> => {
    try {
      const made = await take();
      isFailure.value = made === undefined;
      message.value =
        made === undefined ? "The training is not ready yet: try again in a moment." : saveFile(await pack(made));
    } catch (error) {
      isFailure.value = true;
      message.value = `Nothing was saved: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  return (
    <div class="downloads">
      <div class="row">
        <button type="button" class="button" onClick={() => void save(packFolder)}>
          Download the model
        </button>
        <button type="button" class="button" onClick={() => void save(packProgram)}>
          Download the TypeScript
        </button>
      </div>
      <p class={isFailure.value ? "problem" : "small soft"} role={isFailure.value ? "alert" : "status"}>
        {message.value}
      </p>
    </div>
  );
}

interface Saved {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer> | string;
  readonly type: string;
  readonly message: string;
}

async function packFolder({ name, folder }: Made): Promise<Saved> {
  const { zip } = await import("../training/export/zip.ts");
  const files = await folder();
  const content = zip(new Map([...files].map(([path, bytes]) => [`${name}/${path}`, bytes])));
  const message = `${name}.zip holds the model folder; README.md in it says what is what.`;
  return { name: `${name}.zip`, content, type: "application/zip", message };
}

async function packProgram({ name, program }: Made): Promise<Saved> {
  const message = `${name}.ts trains the same model: npm install smilodon, then node ${name}.ts.`;
  return { name: `${name}.ts`, content: program, type: "text/plain", message };
}

/** Gives a file to the browser to save; returns what to say about it. */
function saveFile({ name, content, type, message }: Saved): string {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has to have begun before the address is taken back
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return message;
}
