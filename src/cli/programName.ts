/** How this program was called, so that what is suggested can be typed. */
export function programName(): string {
  return process.env["npm_lifecycle_event"] === "start" ? "npm start --" : "smilodon";
}
