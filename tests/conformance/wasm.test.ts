import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { deviceConformance } from "./deviceConformance.ts";

deviceConformance(() => new WasmDevice({ isRelaxed: false }));
deviceConformance(() => new WasmDevice(), { mayContract: true });
