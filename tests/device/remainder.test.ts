import { remaindersAgree } from "./remainders.ts";

remaindersAgree(false);
