/** All commands, in the order in which help shows them. The first one is what `npm start` runs without words. */
import { data } from "./commands/data.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { evaluate } from "./commands/evaluate.ts";
import { explain } from "./commands/explain.ts";
import { features } from "./commands/features.ts";
import { help } from "./commands/help.ts";
import { predict } from "./commands/predict.ts";
import { resume } from "./commands/resume.ts";
import { runs } from "./commands/runs.ts";
import { schema } from "./commands/schema.ts";
import { serve } from "./commands/serve.ts";
import { train } from "./commands/train.ts";
import { tune } from "./commands/tune.ts";
import type { Command } from "./schema.ts";

/** The commands. */
export const commands: readonly Command[] = [
  demo,
  train,
  predict,
  evaluate,
  resume,
  explain,
  features,
  serve,
  runs,
  data,
  schema,
  doctor,
  tune,
  help,
];
