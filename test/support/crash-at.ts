/** Loaded with `--import` into a service under test: kills it, as a power cut would, at a labelled point of the road. */
import { subscribe } from 'node:diagnostics_channel';

const wanted = process.env['CRASH_AT'];
let left = Number(process.env['CRASH_AFTER'] ?? 0);

if (wanted) {
  subscribe('todoke.point', (point) => {
    if (point !== wanted) return;
    left -= 1;
    if (left < 0) process.kill(process.pid, 'SIGKILL');
  });
}
