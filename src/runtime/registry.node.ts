/**
 * Adds the devices of Node to the list: `native`, which `auto` takes where it works, and `interpreter`, the slow definition of
 * all others. `index.node.ts` and the command line import this.
 */
import { InterpreterDevice } from "../device/interpreter/interpreterDevice.ts";
import { NativeDevice } from "../device/native/nativeDevice.node.ts";
import { preferDevice, registerDevice } from "./registry.ts";

registerDevice("interpreter", () => new InterpreterDevice());
preferDevice("native", () => new NativeDevice());
