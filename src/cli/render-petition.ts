/** `todoke petition render`: the files of a petition from a list of names, without a database. */
import { open } from 'node:fs/promises';
import { createCampaignBook } from '../campaigns/campaign-book.ts';
import { loadCampaigns } from '../campaigns/load-campaigns.ts';
import { loadWords, wordsFolder } from '../campaigns/words.ts';
import { hour, systemClock, type Instant } from '../clock.ts';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { localDate } from '../intake/signature.ts';
import { fixedCores } from '../petitions/free-cores.ts';
import { giveWay } from '../petitions/give-way.ts';
import { renderList } from '../petitions/render-list.ts';
import { openKeyRing } from '../secrets.ts';
import { createTerminal } from './terminal.ts';

export interface RenderOptions {
  campaign: string;
  target: string;
  names: string;
  out: string;
  date?: string;
  volumeSize: number;
  paper?: 'a4' | 'us-letter';
  namesLetter?: boolean;
  mailStopped?: string;
  bom: boolean;
  atOnce?: number;
}

export async function renderPetition(options: RenderOptions): Promise<void> {
  const terminal = createTerminal();
  const config = readConfig();
  giveWay(undefined, config.PETITIONS_NICE);
  const found = createCampaignBook(await loadCampaigns(config.CAMPAIGNS_DIR)).find(options.campaign);
  if (!found) throw new AppError('not-found', 'There is no such campaign.');
  const { paper = found.petitionRules.paper, namesLetter = found.petitionRules.namesLetter } = options;
  const campaign = { ...found, petitionRules: { ...found.petitionRules, paper, namesLetter } };
  const dayOf = (option: string, date: string): Instant => dayIn(option, date, campaign.period.timeZone);
  const { manifest, emptyLines } = await renderList({
    campaign,
    target: options.target,
    words: await loadWords(wordsFolder),
    keys: openKeyRing(config.DATA_DIR, config.SECRETS),
    list: options.names === '-' ? process.stdin : await openList(options.names),
    out: options.out,
    sealedAt: options.date === undefined ? systemClock.now() : dayOf('--date', options.date),
    ...(options.mailStopped !== undefined && { mailStoppedAt: dayOf('--mail-stopped', options.mailStopped) }),
    bom: options.bom,
    typesetting: {
      nice: config.PETITIONS_NICE,
      ...(options.atOnce !== undefined && { cores: fixedCores(options.atOnce) }),
    },
    perVolume: options.volumeSize,
    progress: (done, of) => terminal.progress('typeset', done, of),
  });
  terminal.fact('petition', manifest.petition);
  terminal.fact('names', manifest.count);
  if (emptyLines > 0) terminal.fact('empty lines', `${emptyLines} left out`);
  terminal.fact('volumes', manifest.volumes.length);
  terminal.fact('digest', manifest.digest);
  terminal.fact('files', options.out);
}

async function openList(file: string): Promise<AsyncIterable<Buffer>> {
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AppError(
      'not-found',
      `The list ${file} cannot be opened (${code}): name a file, or - for standard input.`,
      {
        cause,
      },
    );
  }
}

/** An instant that falls on this day in the campaign's time zone. */
function dayIn(option: string, date: string, timeZone: string): Instant {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const found = [12, 0, 23]
    .map((hours) => midnight + hours * hour)
    .find((at) => {
      return !Number.isNaN(at) && localDate(at, timeZone) === date;
    });
  if (found === undefined) throw new AppError('invalid', `${option} is no day: write it as 2026-05-29.`);
  return found;
}
