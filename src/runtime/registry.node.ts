/**
 * Adds the devices of Node to the list: `native`, which `auto` takes where it works, and `interpreter`, the slow definition of
 * all others, and the schedules that they gain by. `index.node.ts` and the command line import this.
 */
import { gatherWindows } from "../compile/schedule/gatherWindows.ts";
import { bringTileSchedule, bringWindowSchedules } from "../compile/schedule/inPlace.ts";
import { multiplyInTiles } from "../compile/schedule/tiles.ts";
import { turnProduct } from "../compile/schedule/turned.ts";
import { InterpreterDevice } from "../device/interpreter/interpreterDevice.ts";
import { NativeDevice } from "../device/native/nativeDevice.node.ts";
import { preferDevice, registerDevice } from "./registry.ts";

registerDevice("interpreter", () => new InterpreterDevice());
preferDevice("native", () => new NativeDevice());
bringWindowSchedules({ gather: gatherWindows, turn: turnProduct });
bringTileSchedule(multiplyInTiles);
