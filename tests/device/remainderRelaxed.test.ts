import { remaindersAgree } from "./remainders.ts";

remaindersAgree(true);
