/** The ways a simulated embassy can behave. Texts are modelled on what real servers say; each maker keeps its own count. */
import type { Answer, Personality, VisitStage } from './personality.ts';
import { knownReports, type KnownReport, type ReturnedReport } from './returned-report.ts';

/** Takes every letter. */
export function accepts(): Personality {
  return { name: 'accepts' };
}

/** Sends the first try of each visitor, sender and recipient away (RFC 6647) and takes the next. */
export function greylists(): Personality {
  const seen = new Set<string>();
  return {
    name: 'greylists',
    answer: ({ stage, client, from, to }) => {
      const triplet = `${client} ${from} ${to}`;
      if (stage !== 'rcpt' || seen.has(triplet)) return undefined;
      seen.add(triplet);
      return { say: `451 4.7.1 <${to}>: Recipient address rejected: Greylisted, please try again in 300 seconds` };
    },
  };
}

/** The mailbox is full, for now (452) or as the server's last word (552). */
export function full({ code = 452 }: { code?: 452 | 552 } = {}): Personality {
  const first = code === 452 ? 4 : 5;
  return refuses('full', 'rcpt', [
    `${code} ${first}.2.2 <{to}>: Mailbox is full / quota exceeded`,
    `${code} ${first}.2.2 The recipient's inbox is out of storage space`,
    `${code} <{to}>: over quota`,
  ]);
}

/** Takes `after` letters, then refuses by policy, each time in other words. */
export function refusesByPolicy({
  after = 0,
  stage = 'dot',
}: { after?: number; stage?: 'mail' | 'rcpt' | 'dot' } = {}): Personality {
  let taken = 0;
  const refusal = refuses('refuses by policy', stage, [
    '550 5.7.1 Message rejected: the recipient has blocked mail of this campaign',
    '550 Administrative prohibition - envelope blocked - https://gateway.example/codes#550',
    '554 5.7.1 Message refused by the local policy of this organisation',
    '550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized',
    '550-5.7.1 Your message was judged to be unsolicited mass mail.\n550 5.7.1 Delivery not authorized, message refused',
    '550 Envelope blocked - User Entry - https://gateway.example/codes#550',
  ]);
  return {
    name: refusal.name,
    answer: (visit) => {
      if (taken >= after) return refusal.answer?.(visit);
      if (visit.stage === 'dot') taken += 1;
      return undefined;
    },
  };
}

/** Closes the line after the final dot and says nothing, `times` times; the letter was `taken`, or was not. */
export function dropsAfterDot({
  times = Number.POSITIVE_INFINITY,
  taken = true,
}: { times?: number; taken?: boolean } = {}): Personality {
  return hangsUp('drops after the dot', 'dot', times, { hangUp: true, taken });
}

/** Closes the line at a stage without a word, `times` times. */
export function disconnects({
  stage,
  times = Number.POSITIVE_INFINITY,
}: {
  stage: VisitStage;
  times?: number;
}): Personality {
  return hangsUp(`disconnects at ${stage}`, stage, times, { hangUp: true });
}

/** Takes the letter and sends a report afterwards: a known one by name, or words of your own. */
export function bouncesLater({
  report = 'unknown-user',
  ...changes
}: { report?: KnownReport } & Partial<ReturnedReport> = {}): Personality {
  return { name: `bounces later (${report})`, sendsBack: () => ({ ...knownReports[report], ...changes }) };
}

/** Takes every letter and lets `ms` milliseconds pass before each reply. */
export function slow({ ms }: { ms: number }): Personality {
  return { name: 'slow', delay: ms };
}

/** Passing trouble of every kind in turn, `times` times, then calm. */
export function storm4xx({ times = Number.POSITIVE_INFINITY }: { times?: number } = {}): Personality {
  const trouble = [
    ['rcpt', '450 4.2.1 <{to}>: the recipient is receiving mail too quickly, try again later'],
    ['mail', '421 4.7.0 Too many connections from your address, try again in 10 minutes'],
    ['dot', '451 4.3.0 Temporary local problem - please try later'],
    ['rcpt', '452 4.3.1 Insufficient system storage'],
    ['connect', '421 Server busy, closing transmission channel'],
  ] as const;
  let visits = 0;
  return {
    name: 'storm of 4xx',
    answer: ({ stage, to }) => {
      const [at, words] = trouble[visits % trouble.length] ?? trouble[0];
      if (visits >= times || stage !== at) return undefined;
      visits += 1;
      return { say: words.replace('{to}', to) };
    },
  };
}

/** Nobody of that name; many servers find out only after the final dot. */
export function unknownUser({ stage = 'rcpt' }: { stage?: 'rcpt' | 'dot' } = {}): Personality {
  return refuses('unknown user', stage, [
    '550 5.1.1 <{to}>: Recipient address rejected: User unknown in local recipient table',
    '550-5.1.1 The email account that you tried to reach does not exist. Please try\n550 5.1.1 double-checking the address',
    '554 delivery error: dd No such user ({to})',
  ]);
}

/** Says one reply after the other at a stage. */
function refuses(name: string, at: VisitStage, replies: readonly string[]): Personality {
  let said = 0;
  return {
    name,
    answer: ({ stage, to }) =>
      stage === at ? { say: (replies[said++ % replies.length] ?? '').replaceAll('{to}', to) } : undefined,
  };
}

function hangsUp(name: string, at: VisitStage, times: number, answer: Answer): Personality {
  let left = times;
  return { name, answer: ({ stage }) => (stage === at && left-- > 0 ? answer : undefined) };
}
