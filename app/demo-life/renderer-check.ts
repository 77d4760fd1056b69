import { createComfyuiClient } from "../adapters/comfyui/client.ts";
import { errorMessage } from "../error-message.ts";
import { Obstacle } from "../start/obstacle.ts";

const deadlineMs = 3_000;
const mend = "unset COMFYUI_URL, or leave --demo out";

/**
 * Made-up jobs are for the demo renderer: on a real ComfyUI they would take a GPU's time from somebody.
 * @param url what COMFYUI_URL says; undefined for the demo renderer of our own
 * @throws Obstacle when a real ComfyUI is there, or nothing that could be asked.
 */
export async function checkRenderer(url: string | undefined): Promise<void> {
  if (url === undefined) return;
  const client = createComfyuiClient({ url, log: () => {} });
  try {
    const { version = "of a version that it does not tell", demo } = await client.probe(
      AbortSignal.timeout(deadlineMs),
    );
    if (!demo) {
      throw new Obstacle(
        "usage",
        `--demo makes jobs up, and COMFYUI_URL is a real ComfyUI (${version}), which would render them: ${mend}`,
      );
    }
  } catch (cause) {
    if (cause instanceof Obstacle) throw cause;
    throw new Obstacle(
      "usage",
      `--demo makes jobs up for the demo renderer alone, and what COMFYUI_URL names cannot be asked (${errorMessage(cause)}): ${mend}`,
      { cause },
    );
  } finally {
    await client.close();
  }
}
