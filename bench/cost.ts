/** What a piece of work costs a letter: time of the main thread, and time until it is done. */

/** Microseconds a letter. */
export interface Cost {
  /** Of the main thread: their sum bounds what one process can do. */
  thread: number;
  /** Until it is done, waiting for disks, threads and servers included. */
  wall: number;
}

/** Starts now; asked with a number of letters, it says what each has cost since. */
export function costWatch(): (letters: number) => Cost {
  const [start, cpu] = [performance.now(), process.threadCpuUsage()];
  return (letters) => {
    const { user, system } = process.threadCpuUsage(cpu);
    return { thread: (user + system) / letters, wall: ((performance.now() - start) * 1_000) / letters };
  };
}
