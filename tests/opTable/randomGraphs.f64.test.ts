import { agreeOnGraphs } from "./agreeOnGraphs.ts";

agreeOnGraphs("f64");
