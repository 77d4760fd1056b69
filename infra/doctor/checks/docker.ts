import { actions, type Check } from "../check.ts";
import { fine, warning, wrong } from "../finding.ts";
import { requirements } from "../requirements.ts";
import { isAtLeast } from "../version.ts";

export const dockerCheck: Check = {
  title: "Docker",
  stops: actions,
  run({ daemon }) {
    if ("trouble" in daemon) return wrong(daemon.trouble.found, daemon.trouble.mend);
    const { ServerVersion, OSType, OperatingSystem, Driver, MemoryLimit, endpoint, isLocal } = daemon.value;
    const where = isLocal ? "on this machine" : `at ${endpoint}`;
    if (OSType !== "linux")
      return wrong(`the daemon ${where} runs ${OSType} containers`, "switch it to Linux containers");
    if (!isAtLeast(ServerVersion, requirements.docker))
      return wrong(
        `Docker ${ServerVersion} ${where}, and ${requirements.docker} is the least`,
        "https://docs.docker.com/engine/install/",
      );
    const found = `${ServerVersion} ${where}, ${OperatingSystem}, storage ${Driver}`;
    if (MemoryLimit) return fine(found);
    return warning(
      `${found}; it cannot limit memory, so one service can take all of it`,
      "give the kernel cgroup_enable=memory, or delegate the memory controller to rootless Docker",
    );
  },
};
