import { agreeOnGraphs } from "./agreeOnGraphs.ts";

agreeOnGraphs("f32");
