/** What a process can be asked, by name: a text, a number, or something that it only does. Promises are awaited. */
type Questions = Readonly<Record<string, () => unknown>>;

/**
 * The side of the process that is measured: answers what the other side asks, and ends when that one is gone. The first
 * word says that it is ready.
 */
export function answerQuestions(questions: Questions): void {
  process.on("disconnect", () => process.exit());
  if (!process.connected) process.exit();
  process.on("message", async (name) => {
    try {
      process.send?.({ answer: await questions[String(name)]?.() });
    } catch (error) {
      process.send?.({ error: String(error) });
    }
  });
  process.send?.({});
}
