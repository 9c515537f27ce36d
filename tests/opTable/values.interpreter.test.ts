/** See values.ts. */
import { testValues } from "./values.ts";

testValues("interpreter");
