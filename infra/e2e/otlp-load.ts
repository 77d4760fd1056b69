import { readFile } from "node:fs/promises";
import { Pool } from "undici";

/** Enough to keep one process busy. */
const connections = 16;

/**
 * Sends `count` requests for `/api/ping` over a few connections that stay open, one after the other on each.
 * @returns how many were answered with each status; a request that failed counts by its error.
 */
export async function sendPings(url: string, count: number): Promise<Readonly<Record<string, number>>> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const answers: Record<string, number> = {};
  let left = count;
  async function sendOne(): Promise<string> {
    try {
      const { statusCode, body } = await pool.request({ path: "/api/ping", method: "GET" });
      await body.dump();
      return String(statusCode);
    } catch (error) {
      return String(error);
    }
  }
  async function sendSome(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const answer = await sendOne();
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: connections }, sendSome));
  await pool.close();
  return answers;
}

/** The memory of a process that is in use, in MiB: `VmRSS` as Linux tells it. */
export async function readResidentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return Number(kibibytes) / 1_024;
}
