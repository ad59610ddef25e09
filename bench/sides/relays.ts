/** The two relays: they are given todoke's own signed letters, hold them on disk, and are timed from there. */
import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { readyMail } from '../parts/ready-mail.ts';
import { startHaraka } from '../relays/haraka.ts';
import { startPostfix } from '../relays/postfix.ts';
import { arrived, type Side, type Track } from './side.ts';

const relays = {
  postfix: { start: startPostfix, label: 'Postfix, from its queue', short: 'Postfix' },
  haraka: { start: startHaraka, label: 'Haraka, from its queue', short: 'Haraka' },
};

/** `message`: a whole signed letter. Rejects with `LeftOut` where the relay cannot run. */
export async function startRelay(
  name: keyof typeof relays,
  track: Track,
  size: Pick<Side, 'letters' | 'warm'>,
  message: string,
): Promise<Side> {
  const { start, label, short } = relays[name];
  const feeder = startChild<typeof readyMail>('ready-mail');
  track.bench.closing(feeder.close);
  const folder = join(track.bench.place.folder, `${name}-${track.id}`);
  const relay = await start({ folder, sinkPort: track.port, connections: track.connections });
  track.bench.closing(relay.close);
  let whole = 0;
  return {
    ...size,
    id: name,
    label,
    short,
    withTaking: () => whole,
    async send(count) {
      const port = await relay.hold();
      const load = { port, connections: 10, count, message };
      const taking = await feeder.ask('send', {
        ...load,
        from: 'b@bounce.todoke.example',
        to: 'office000@embassy.example',
      });
      const early = (await track.sink.ask('numbers')).mails;
      if (early > 0) throw new Error(`${name} sent ${early} letters before it was let`);
      const released = performance.now();
      await relay.release();
      await arrived(track, count, () => Promise.resolve(`by ${name}`));
      whole = count / (taking + (performance.now() - released) / 1_000);
      return track.sink.ask('times');
    },
    async close() {
      await relay.close();
      await feeder.close();
    },
  };
}
