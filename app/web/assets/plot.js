/** Stub until the charts are known. */
export function watchPlots() {}
