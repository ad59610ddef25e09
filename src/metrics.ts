/** What operators see: one function per business event, closed label sets only, never a person or a campaign. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Numbers read from the database at each scrape. */
export interface Standing {
  letters: Readonly<Record<string, number>>;
  /** Seconds since the oldest letter came into each state. */
  oldestAge: Readonly<Record<string, number>>;
  channels: Readonly<Record<string, number>>;
  sitePaused: boolean;
  /** Mails to signers that are to leave, by kind. */
  notices?: Readonly<Record<string, number>>;
  /** Petitions about which nobody has said a word for too long. */
  petitionsOverdue?: number;
  /** Places that are held: by a breaker, or by staff. */
  held?: { siteByStaff: boolean; targetsByTrouble: number; targetsByStaff: number };
}

export interface Metrics {
  signature(result: 'accepted' | 'repeat' | 'replay' | 'refused'): void;
  attempt(verdict: string): void;
  outcome(outcome: { class: string; attribution: string | null }): void;
  returnedMail(result: string): void;
  mailboxAway(): void;
  answer(verdict: string): void;
  notice(kind: string, result: string): void;
  channelSwitch(change: { from: string; to: string }): void;
  stages(seconds: Readonly<Partial<Record<string, number>>>): void;
  unsigned(): void;
  sitePause(): void;
  targetPause(): void;
  petition(event: 'sealed' | 'files-made' | 'voided' | 'handed-in' | 'refused' | 'posted' | 'lost'): void;
  webhook(result: 'delivered' | 'failed' | 'given-up' | 'gone'): void;
  stepFailed(step: string): void;
  workerRebuilt(step: string): void;
  /** Tries to sign in to the console. */
  signIn(result: 'in' | 'half' | 'refused' | 'limited'): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  contentType: string;
}

const stageBuckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 600];

/** Makes the metrics of one process; `standing`, where given, is asked once per scrape. */
export function createMetrics(standing?: () => Promise<Standing>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'todoke_' });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `todoke_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    // A process that does not read the rows says nothing of them, or zeros would be added to the truth.
    new Gauge({ name: `todoke_${name}`, help, labelNames, registers: standing ? registers : [] });

  const signatures = counter('signatures_total', 'Signature events by what became of them.', ['result']);
  const attempts = counter('attempts_total', 'SMTP conversations by verdict.', ['verdict']);
  const outcomes = counter('outcomes_total', 'Refusals and reports by class and whose failure it was.', [
    'class',
    'attribution',
  ]);
  const returned = counter('returned_mail_total', 'Returned mail at the door by what it turned out to be.', ['result']);
  const mailboxesAway = counter(
    'mailbox_away_total',
    'Times the mailbox of returned mail was lost or not to be opened.',
  );
  const answers = counter('answers_total', "People's answers to a return path by how their way to the signer ended.", [
    'verdict',
  ]);
  const notices = counter('notices_total', 'Mails to signers by kind and by how they ended.', ['kind', 'result']);
  const switches = counter('channel_switches_total', 'Switches of a channel.', ['from', 'to']);
  const unsignedLetters = counter('dkim_unsigned_total', 'Letters that left without our DKIM signature.');
  const pauses = counter('site_pauses_total', 'Times all sending was paused because the trouble was ours.');
  const targetPauses = counter('target_pauses_total', 'Times sending to one target was paused for trouble of ours.');
  const petitions = counter('petitions_total', 'Petitions by event.', ['event']);
  const webhooks = counter('webhooks_total', 'Tries at telling an endpoint, by how they ended.', ['result']);
  const failures = counter('step_failures_total', 'Steps that ended with an error; the sweep asks again.', ['step']);
  const rebuilt = counter('workers_rebuilt_total', 'Workers that idled beside waiting jobs and were replaced.', [
    'step',
  ]);
  const signIns = counter('console_sign_ins_total', 'Tries to sign in to the console by how they ended.', ['result']);
  const stage = new Histogram({
    name: 'todoke_smtp_stage_seconds',
    help: 'Time spent in each part of an SMTP conversation.',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers,
  });
  const letters = gauge('letters', 'Letters by state.', ['state']);
  const noticesWaiting = gauge('notices_waiting', 'Mails to signers that are to leave, by kind.', ['kind']);
  const oldest = gauge('letters_oldest_age_seconds', 'Age of the letter that has been longest in a state.', ['state']);
  const channels = gauge('channels', 'Targets by the mode of their channel.', ['mode']);
  const paused = gauge('site_paused', '1 while sending is paused because the trouble is ours.');
  const heldByStaff = gauge('site_held', '1 while staff have paused all sending.');
  const overdue = gauge(
    'petitions_overdue',
    'Petitions that wait for staff: no try, no word or no answer for too long.',
  );
  const targetsHeld = gauge('targets_held', 'Targets whose letters are held, by whom.', ['by']);

  return {
    signature: (result) => signatures.inc({ result }),
    attempt: (verdict) => attempts.inc({ verdict }),
    outcome: (outcome) => outcomes.inc({ class: outcome.class, attribution: outcome.attribution ?? 'none' }),
    returnedMail: (result) => returned.inc({ result }),
    mailboxAway: () => mailboxesAway.inc(),
    answer: (verdict) => answers.inc({ verdict }),
    notice: (kind, result) => notices.inc({ kind, result }),
    channelSwitch: (change) => switches.inc({ from: change.from, to: change.to }),
    stages(seconds) {
      for (const [name, value] of Object.entries(seconds))
        if (value !== undefined) stage.observe({ stage: name }, value);
    },
    unsigned: () => unsignedLetters.inc(),
    sitePause: () => pauses.inc(),
    targetPause: () => targetPauses.inc(),
    petition: (event) => petitions.inc({ event }),
    webhook: (result) => webhooks.inc({ result }),
    workerRebuilt: (step) => rebuilt.inc({ step }),
    signIn: (result) => signIns.inc({ result }),
    stepFailed: (step) => failures.inc({ step }),
    async text() {
      const now = await standing?.();
      if (!now) return registry.metrics();
      for (const [state, n] of Object.entries(now.letters)) letters.set({ state }, n);
      for (const [state, age] of Object.entries(now.oldestAge)) oldest.set({ state }, age);
      for (const [mode, n] of Object.entries(now.channels)) channels.set({ mode }, n);
      for (const [kind, n] of Object.entries(now.notices ?? {})) noticesWaiting.set({ kind }, n);
      paused.set(now.sitePaused ? 1 : 0);
      heldByStaff.set(now.held?.siteByStaff ? 1 : 0);
      overdue.set(now.petitionsOverdue ?? 0);
      targetsHeld.set({ by: 'trouble' }, now.held?.targetsByTrouble ?? 0);
      targetsHeld.set({ by: 'staff' }, now.held?.targetsByStaff ?? 0);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
