/** The scripted worlds: what happens to a target in two weeks. */
import { day, hour, minute, second, type Instant } from '../../src/clock.ts';
import type { Chance } from './chance.ts';
import { bigDomain } from './people.ts';
import * as replies from './replies.ts';
import type { Answer, Said, Script, Shut, Visit, World } from './world.ts';

/** In every world: letters that are turned away, come back, or have to wait by accident. */
export const accidents = { refused: 0.002, cameBack: 0.001, waits: 0.02 } as const;

const refuse = (chance: Chance, words: readonly Said[]): Answer => ({ taken: false, said: chance.pick(words) });

/** A healthy day, with its accidents. */
function ordinary(chance: Chance): Answer {
  const luck = chance.next();
  if (luck < accidents.refused) return refuse(chance, replies.policy);
  if (luck < accidents.refused + accidents.cameBack) return cameBack(chance, second, 30 * minute, replies.policy);
  if (luck < accidents.refused + accidents.cameBack + accidents.waits) return refuse(chance, replies.moods);
  return { taken: true, arrives: true };
}

/** Taken, and reported as failed: sooner is likelier (the logarithm of the time is even). One report in fifty is lost. */
function cameBack(chance: Chance, soonest: number, latest: number, words: readonly Said[]): Answer {
  const after = Math.exp(chance.between(Math.log(soonest), Math.log(latest)));
  if (chance.next() < 0.02) return { taken: true, arrives: false };
  return { taken: true, arrives: false, report: { after, said: chance.pick(replies.reported(words)) } };
}

/** Something that goes on from one time to another, else an ordinary day. */
function during(chance: Chance, from: Instant, length: number, answer: (visit: Visit) => Answer): Script {
  return {
    shut: () => undefined,
    answer: (visit) => (visit.now >= from && visit.now < from + length ? answer(visit) : ordinary(chance)),
  };
}

/** The door shuts at letter k and opens four days later. */
function shutAtLetter(chance: Chance, answer: () => Answer, length = 4 * day): Script {
  const letter = Math.floor(chance.between(0, 120));
  let shut: Shut | undefined;
  return {
    shut: () => shut,
    answer({ nth, now }) {
      if (!shut && nth >= letter) shut = { from: now, until: now + length };
      return shut && now < shut.until ? answer() : ordinary(chance);
    },
  };
}

const someDay = (chance: Chance, start: Instant): Instant => start + chance.between(0, 9 * day);
const signerDomainInTrouble =
  (vaguely: boolean) =>
  (chance: Chance, start: Instant): Script => {
    const clear = replies.dmarc(bigDomain);
    return during(chance, someDay(chance, start), 14 * day, ({ domain, identity }) =>
      domain === bigDomain && identity === 'from' ? refuse(chance, vaguely ? replies.vague : clear) : ordinary(chance),
    );
  };

const innocent = { innocent: true, identity: 'reply-to' } as const;
const guilty = { innocent: false, identity: 'reply-to' } as const;

export const worlds: readonly World[] = [
  {
    ...innocent,
    id: 'healthy',
    title: 'Healthy',
    about: 'Every letter arrives, but for the accidents that stand in every world.',
    script: (chance) => ({ shut: () => undefined, answer: () => ordinary(chance) }),
  },
  {
    ...innocent,
    id: 'greylist',
    title: 'Greylist storm',
    about: 'For half a day to two days every letter is sent away up to four times: greylisted, too fast, busy.',
    script: (chance, start) =>
      during(chance, someDay(chance, start), chance.between(12 * hour, 2 * day), ({ tries }) =>
        tries < 4 && chance.next() < 0.8 ? refuse(chance, replies.greylisting) : ordinary(chance),
      ),
  },
  {
    ...innocent,
    id: 'outage',
    title: 'Provider outage',
    about: "For six hours to three days nobody answers at the target's provider, or it is busy.",
    script: (chance, start) =>
      during(chance, someDay(chance, start), chance.between(6 * hour, 3 * day), () => refuse(chance, replies.outage)),
  },
  {
    ...innocent,
    id: 'listed',
    title: 'Our address listed for a day',
    about: 'Every letter is refused for a day; nineteen replies in twenty name the list, the other only says "policy".',
    script: (chance, start) =>
      during(chance, someDay(chance, start), day, () =>
        refuse(chance, chance.next() < 0.05 ? replies.vague : replies.listed),
      ),
  },
  {
    ...innocent,
    id: 'our-domain',
    title: 'Our domain blocked at one provider',
    about: 'For three days the provider refuses our domain, and says so; one reply in twenty only says "policy".',
    script: (chance, start) =>
      during(chance, someDay(chance, start), 3 * day, () =>
        refuse(chance, chance.next() < 0.05 ? replies.vague : replies.ourDomainBlocked),
      ),
  },
  {
    ...innocent,
    identity: 'from',
    id: 'dmarc',
    title: 'A big signer domain fails DMARC',
    about:
      'From some day on, three letters in ten are refused for the DMARC policy of their signers, and the reply says so.',
    script: signerDomainInTrouble(false),
  },
  {
    ...innocent,
    identity: 'from',
    id: 'dmarc-vague',
    title: 'The same, said vaguely',
    about: 'As above, but every reply reads as a block by policy. Only the signer domain gives it away.',
    script: signerDomainInTrouble(true),
  },
  {
    ...innocent,
    id: 'full-weekend',
    title: 'Full for a weekend',
    about: 'The mailbox is full for 65 hours, from Friday evening to Monday morning.',
    script: (chance, start) =>
      during(chance, start + (chance.next() < 0.5 ? 1 : 8) * day, 65 * hour, () => refuse(chance, replies.full)),
  },
  {
    ...innocent,
    id: 'forger',
    title: 'A forger with leaked letters',
    about:
      'Somebody holds one in ten of the letters of the last five days and ten letters in a row from the day before, an hour old or more, and sends a real report text to the return path of each, all within an hour.',
    script: (chance, start) => ({
      shut: () => undefined,
      answer: () => ordinary(chance),
      forgery: {
        at: start + chance.between(2 * day, 12 * day),
        share: 0.1,
        stack: 10,
        said: chance.pick(replies.reported(replies.policy)),
      },
    }),
  },
  {
    ...guilty,
    id: 'block',
    title: 'Block by policy, in session',
    about: 'From letter k on everything is refused by policy, for four days.',
    script: (chance) => shutAtLetter(chance, () => refuse(chance, replies.policy)),
  },
  {
    ...guilty,
    id: 'block-dsn',
    title: 'Block by policy, by report',
    about: 'From letter k on everything is taken and comes back within a second to half an hour, for four days.',
    script: (chance) => shutAtLetter(chance, () => cameBack(chance, second, 30 * minute, replies.policy)),
  },
  {
    ...guilty,
    id: 'block-dsn-late',
    title: 'The same, with late reports',
    about: 'As above, but the reports take one to twelve hours.',
    script: (chance) => shutAtLetter(chance, () => cameBack(chance, hour, 12 * hour, replies.policy)),
  },
  {
    ...guilty,
    id: 'dead',
    title: 'Dead mailbox, in session',
    about: 'From letter k on there is no such user, until four days later somebody mends it.',
    script: (chance) => shutAtLetter(chance, () => refuse(chance, replies.unknownUser)),
  },
  {
    ...guilty,
    id: 'dead-dsn',
    title: 'Dead mailbox, by report',
    about: 'The same, but the letters are taken and come back within half an hour.',
    script: (chance) => shutAtLetter(chance, () => cameBack(chance, second, 30 * minute, replies.unknownUser)),
  },
  {
    ...guilty,
    id: 'full',
    title: 'Full for ten days',
    about: 'From letter k on the mailbox is full, and stays so: closed in effect.',
    script: (chance) => shutAtLetter(chance, () => refuse(chance, replies.full), 10 * day),
  },
  {
    ...guilty,
    id: 'silent',
    title: 'Silent drop',
    about: 'From letter k on every letter is taken and thrown away, for four days. No reply tells it.',
    script: (chance) => shutAtLetter(chance, () => ({ taken: true, arrives: false })),
  },
];
