import { queueTiming } from "../../catalogue/queue.ts";

/** Rejects when the backend accepts and never answers. */
export async function within<T>(doing: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the queue did not answer within ${queueTiming.deadlineMs} ms while ${doing}`)),
      queueTiming.deadlineMs,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    // What comes after the deadline is of no interest, and must not count as unhandled.
    work.catch(() => {});
  }
}
