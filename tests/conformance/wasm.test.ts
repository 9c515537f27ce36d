import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { deviceConformance } from "./deviceConformance.ts";

deviceConformance(() => new WasmDevice({ isRelaxed: false, threads: 1 }));
// every kernel in as many pieces as there can be, for whichever thread is ready
deviceConformance(() => new WasmDevice({ threads: 2, grain: { chunk: 1, wake: 1, hire: 1 } }), { mayContract: true });
