/**
 * Loaded with `--import` into every process of the crash matrix. The parent arms it while it runs: to die at a labelled
 * point, to tell that it passed one, or to believe in another time. It ends with its parent, so that nothing is left over.
 */
import { subscribe } from 'node:diagnostics_channel';

/** What the parent says. `do: nothing` disarms. */
export interface Order {
  point?: { at: string; after: number; do: 'die' | 'tell' | 'nothing' };
  /** Milliseconds this process is ahead of the system's clock. */
  ahead?: number;
}

let armed: Order['point'];
let ahead = Number(process.env['CLOCK_AHEAD'] ?? 0);

const systemNow = Date.now.bind(Date);
Date.now = () => systemNow() + ahead;

subscribe('todoke.point', (point) => {
  if (!armed || armed.at !== point) return;
  armed.after -= 1;
  if (armed.after >= 0) return;
  if (armed.do === 'die') process.kill(process.pid, 'SIGKILL');
  if (armed.do === 'tell') process.send?.({ passed: point });
  armed = undefined;
});

if (process.send) {
  process.on('message', (order: Order) => {
    if (order.point) armed = order.point;
    if (order.ahead !== undefined) ahead = order.ahead;
  });
  // An orderly end could wait for whatever the parent just broke.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
