/** A front end as the API page asks for: steady, every event with its id, sent again until it was answered with 202. */
import { aSignature, campaign } from '../support/start-app.ts';

export interface Pusher {
  /** People who got a 202. */
  readonly accepted: ReadonlySet<number>;
  /** Answers by status; `none` where there was none. */
  readonly answers: ReadonlyMap<string, number>;
  /** Sends nobody new, and resolves when everybody begun has a 202; rejects when that takes too long. */
  finish(): Promise<void>;
  /** Pushes so many more at once, as one stream of lines; resolves when each has a 202. */
  crowd(people: number): Promise<void>;
  /** Resolves when so many people were begun. */
  begun(people: number): Promise<void>;
  /** Stops without waiting for anybody, when a run has failed anyway. */
  abandon(): void;
}

export interface PushPlan {
  origins: readonly string[];
  key: string;
  /** The first person; the others follow. */
  first: number;
  perSecond: number;
  /** People in one request; more than one go as a stream of lines. */
  together?: number;
  /** Ends by itself after so many; endless when left out. */
  people?: number;
}

/** Milliseconds. */
const patience = { answer: 6_000, all: 180_000, again: 1_000 };
/** Requests under way; more would only be a queue in this process. */
const mostUnderWay = 60;

export function startPusher(plan: PushPlan): Pusher {
  const { origins, key, first, together = 1, people = Infinity } = plan;
  const accepted = new Set<number>();
  const answers = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let next = first;
  let turn = 0;
  let open = true;
  let abandoned = false;

  const count = (answer: string): void => void answers.set(answer, (answers.get(answer) ?? 0) + 1);

  /** One request; gives the people to be sent again, and after how long. */
  async function send(group: readonly number[], asLines = together > 1): Promise<{ again: number[]; after: number }> {
    turn += 1;
    const origin = origins[turn % origins.length] ?? '';
    const events = group.map((n) => JSON.stringify({ ...aSignature(n), event_id: `e${n}` }));
    const answered = new Set<number>();
    let after: number = patience.again;
    try {
      const response = await fetch(`${origin}/v1/campaigns/${campaign}/signatures`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': asLines ? 'application/x-ndjson' : 'application/json',
        },
        body: events.join('\n'),
        signal: AbortSignal.timeout(patience.answer * (asLines ? 5 : 1)),
      });
      const text = await response.text();
      after = Math.min(Number(response.headers.get('retry-after') ?? 0) * 1_000 || patience.again, patience.again);
      if (!asLines || response.status !== 200) {
        count(String(response.status));
        if (!asLines && response.status === 202) for (const n of group) answered.add(n);
      } else {
        for (const line of text.split('\n').filter(Boolean)) {
          const { line: number, code } = JSON.parse(line) as { line: number; code: number };
          count(String(code));
          if (code === 202) answered.add(group[number - 1] ?? -1);
        }
      }
    } catch {
      count('none');
    }
    for (const n of answered) accepted.add(n);
    return { again: group.filter((n) => !answered.has(n)), after };
  }

  async function insist(group: number[], asLines?: boolean): Promise<void> {
    let left = group;
    while (left.length > 0 && !abandoned) {
      const { again, after } = await send(left, asLines);
      left = again;
      if (left.length > 0) await pause(after);
    }
  }

  async function push(): Promise<void> {
    const every = (1_000 * together) / plan.perSecond;
    let due = performance.now();
    while (open && next < first + people) {
      if (underWay.size < mostUnderWay) {
        const group = Array.from({ length: Math.min(together, first + people - next) }, (_, n) => next + n);
        next += group.length;
        const sent = insist(group).finally(() => underWay.delete(sent));
        underWay.add(sent);
      }
      due = Math.max(due + every, performance.now() - 1_000);
      await pause(Math.max(due - performance.now(), 1));
    }
  }

  const pushing = push();
  return {
    accepted,
    answers,
    async finish() {
      if (people === Infinity) open = false;
      await pushing;
      const late = AbortSignal.timeout(patience.all);
      while (underWay.size > 0) {
        if (late.aborted) throw new Error(`${underWay.size} requests were never answered with 202`);
        await pause(20);
      }
    },
    async crowd(many) {
      const group = Array.from({ length: many }, (_, n) => next + n);
      next += many;
      const sent = insist(group, true).finally(() => underWay.delete(sent));
      underWay.add(sent);
      await sent;
    },
    async begun(wanted) {
      while (next - first < wanted) await pause(20);
    },
    abandon() {
      open = false;
      abandoned = true;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
