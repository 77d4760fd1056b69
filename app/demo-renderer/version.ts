/** What the demo renderer gives as its version, so that nobody takes its pictures for real ones. */
export const demoVersion = "demo-renderer";
