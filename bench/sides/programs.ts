/** The two compositions by hand: a bare loop around nodemailer, and the usual stack of libraries. */
import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { nodemailerLoop } from '../parts/nodemailer-loop.ts';
import type { usualComposition } from '../parts/usual-composition.ts';
import { senderDomain } from '../place.ts';
import { arrived, type Side, type Track } from './side.ts';

export async function startLoop(track: Track, size: Pick<Side, 'letters' | 'warm'>): Promise<Side> {
  const { campaigns, port, connections } = track;
  const child = startChild<typeof nodemailerLoop>('nodemailer-loop');
  track.bench.closing(child.close);
  await child.ask('open', { campaigns, port, connections });
  return {
    ...size,
    id: 'loop',
    label: 'nodemailer pool in a bare loop, unsigned',
    short: 'bare loop',
    async send(count) {
      await child.ask('send', { count, ahead: 2 * connections });
      await arrived(track, count, () => Promise.resolve('by nodemailer'));
      return track.sink.ask('times');
    },
    close: child.close,
  };
}

export async function startUsual(track: Track, size: Pick<Side, 'letters' | 'warm'>): Promise<Side> {
  const { campaigns, port, connections } = track;
  const { databaseUrl, redisUrl, redisPrefix, dkimFolder } = track.bench.place;
  const child = startChild<typeof usualComposition>('usual-composition');
  track.bench.closing(child.close);
  await child.ask('open', {
    campaigns,
    port,
    connections,
    databaseUrl,
    redisUrl,
    prefix: `${redisPrefix}-usual-${track.id}`,
    dkim: { domainName: senderDomain, keySelector: 'bench1', keyFile: join(dkimFolder, senderDomain, 'bench1.pem') },
  });
  return {
    ...size,
    id: 'usual',
    label: 'the usual composition, signed',
    short: 'usual composition',
    send: (count) => child.ask('send', count),
    close: child.close,
  };
}
