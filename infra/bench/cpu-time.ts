/** Microseconds of processor time that this process has taken, in user mode and in the kernel, its threads too. */
export function readCpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
