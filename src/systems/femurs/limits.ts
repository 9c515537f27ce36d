/** What the femur system must not be used for: in the report, the model card and the data card alike. */
export const notFor: readonly string[] = [
  "deciding what a real bone is",
  "veterinary or forensic work",
  "claims about living or extinct animals",
];
