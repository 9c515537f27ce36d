/** Before all tests: every plan that any test compiles is verified. Users do not pay for that; the tests stand for them. */
import { listenToPasses } from "../src/compile/pipeline.ts";
import { verifyPlan } from "../src/kernel/verify.ts";

listenToPasses((pass, { plan }) => {
  if (pass === "memory" && plan !== undefined) verifyPlan(plan);
});
