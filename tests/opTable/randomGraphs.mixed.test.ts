import { agreeOnGraphs } from "./agreeOnGraphs.ts";

agreeOnGraphs("mixed");
