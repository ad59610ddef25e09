/** What may be done with a letter by hand, in plain words: what will happen, or why it would do no good now. */
import { optionsFor, surroundingsOf, type HandMove } from '../../../ledger/hand-moves.ts';
import type { LetterFile } from '../../../ledger/letter-file.ts';
import { nextMail } from '../../../ledger/next-stop.ts';
import { notYetGone } from '../../../ledger/take-back.ts';
import type { Channel } from '../../../outbox/channel-table.ts';
import type { Grace } from '../../../outbox/end-campaigns.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { letterWords } from './letter-words.ts';

interface OptionView {
  move: HandMove;
  title: string;
  /** What will happen. */
  text: string;
  submit: string;
  /** Why not, instead of a form. */
  hindrance: string | undefined;
}

/** For how long mail goes on after the end of a campaign, as the pump sees it. */
export function graceOf({ config }: Pick<ConsoleNeeds, 'config'>): Grace {
  return config.KEEP_OPEN ? undefined : config.CAMPAIGN_GRACE;
}

export async function optionViews(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  file: LetterFile,
  { channel, zone }: { channel: Channel; zone: string | undefined },
): Promise<OptionView[]> {
  const { book, clock } = needs;
  const { move: said } = visit.words(letterWords);
  const { letter } = file;
  const around = surroundingsOf({ book, grace: graceOf(needs), now: clock.now() }, letter, channel.mode);
  const views: OptionView[] = [];
  for (const { move, hindrance } of optionsFor(letter, around)) {
    const { title, submit } = said[move];
    const text = hindrance !== undefined ? '' : await textOf(needs, visit, file, { move, channel, zone });
    views.push({ move, title, submit, text, hindrance: hindrance && said.hindrances[hindrance] });
  }
  return views;
}

async function textOf(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { letter, siblings }: LetterFile,
  { move, channel, zone }: { move: HandMove; channel: Channel; zone: string | undefined },
): Promise<string> {
  const { move: said } = visit.words(letterWords);
  if (move === 'withdraw') {
    const others = siblings.filter(({ state }) => notYetGone.includes(state));
    return others.length > 0 ? said.withdraw.several : said.withdraw.text;
  }
  if (move !== 'mail') return said[move].text;
  const now = needs.clock.now();
  const mail = { reader: needs.database.read, book: needs.book, pacePerHour: needs.config.PACE_PER_HOUR, now };
  const stop = await nextMail(mail, { target: letter.target, dueAt: now }, channel);
  const { 'mail-text': texts } = said;
  if (stop.kind === 'mail') return fill(texts.mail, { time: visit.moment(stop.at, zone).text });
  return stop.kind === 'paused' || stop.kind === 'trouble' ? texts[stop.kind] : texts.later;
}
