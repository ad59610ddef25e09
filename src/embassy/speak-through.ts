/** Lets the replies of one connection have several lines and come late. */
import { setTimeout as sleep } from 'node:timers/promises';

interface Speaker {
  send(code: number, data?: string | string[] | null, context?: string | false): void;
}

/**
 * Takes over `send` of an smtp-server connection. Replies that are ready at the same time leave at the same time,
 * as they would on a long line, and never overtake each other.
 *
 * @param delay milliseconds before the next reply; asked each time, since the embassy may change
 */
export function speakThrough(speaker: Speaker | undefined, delay: () => number | undefined, signal: AbortSignal): void {
  if (!speaker) return;
  const send = speaker.send.bind(speaker);
  let before: Promise<void> | undefined;
  speaker.send = (code, data, context) => {
    const lines = typeof data === 'string' && data.includes('\n') ? data.split('\n') : data;
    const milliseconds = delay();
    if (milliseconds === undefined && before === undefined) return send(code, lines, context);
    const spoken = Promise.all([before, sleep(milliseconds ?? 0, undefined, { signal }).catch(() => undefined)])
      .then(() => send(code, lines, context))
      .finally(() => {
        if (before === spoken) before = undefined;
      });
    before = spoken;
  };
}
