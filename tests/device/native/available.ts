/** Is there a native device on this machine, and if not, why? Its tests are skipped with that reason. */
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { DeviceError } from "../../../src/support/errors.ts";

/** Says why there is none; empty where there is one. */
export const reason = ((): string => {
  try {
    new NativeDevice({ threads: 1 }).dispose();
    return "";
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return error.message;
  }
})();

export const hasNative = reason === "";
