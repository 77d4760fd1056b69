/**
 * Everything that alerting waits for is multiplied by this: scrape and evaluation intervals, `for`, windows, grouping,
 * signs of life. 1 is the product; a test of the whole way from a fault to its message takes a smaller one in a copy of
 * the tree. Limits on how slow a machine may be (deadlines, staleness of probes) are not scaled.
 */
export const timeScale: number = 1;
