/** `fetch` that never waits for ever: every try has its time, passing trouble is tried again, and no redirect is followed. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** All in milliseconds. */
export interface Patience {
  /** How long an answer may take to begin. An upload gets the time of its bytes on a slow line besides. */
  answer: number;
  /** How long an answer may pause once it has begun. */
  silence: number;
  /** Waits between tries: there is one try more than waits. */
  pauses: readonly number[];
}

export const patience: Patience = { answer: 10_000, silence: 30_000, pauses: [200, 1_000] };

/** Bytes a millisecond of the slowest line that must do. */
const slowLine = 50;

/**
 * Makes a `fetch` for requests that may be repeated. Only a GET that succeeds gives its body as a stream;
 * every other answer is whole when it is given, so that it holds no connection.
 */
export function patientFetch({ answer, pauses }: Patience): typeof fetch {
  return async (address, request) => {
    for (const wait of pauses) {
      const response = await once(address, request, answer).catch(() => undefined);
      if (response && response.status < 500 && response.status !== 429) return response;
      await response?.body?.cancel();
      await pause(wait);
    }
    return once(address, request, answer);
  };
}

async function once(address: string | URL | Request, request: RequestInit = {}, answer: number): Promise<Response> {
  const headers = new Headers(request.headers);
  // A proxy that compresses on the way would give other lengths than the store has.
  headers.set('accept-encoding', 'identity');
  const stop = new AbortController();
  const late = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  const allowed = answer + Number(headers.get('content-length') ?? 0) / slowLine;
  const timer = setTimeout(() => stop.abort(late), allowed);
  try {
    // Followed, a redirect would take signers' names to a host that nobody named.
    const response = await fetch(address, { ...request, headers, redirect: 'manual', signal: stop.signal });
    if (response.ok && request.method === 'GET') return response;
    const { status, statusText } = response;
    return new Response((await response.text()) || null, { status, statusText, headers: response.headers });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The body of an answer. It breaks off with an error when the sender falls silent; a reader may take any time.
 * Destroying it closes the connection.
 */
export function bytesOf(response: Response, silence: number): Readable {
  const reader = response.body?.getReader();
  return new Readable({
    read() {
      if (!reader) return void this.push(null);
      const timer = setTimeout(() => this.destroy(new Error('the store fell silent half-way')), silence);
      reader
        .read()
        .then(
          ({ value }) => this.destroyed || this.push(value ?? null),
          () => this.destroy(new Error('the store broke off half-way')),
        )
        .finally(() => clearTimeout(timer));
    },
    destroy(error, done) {
      const ended = (): void => done(error);
      (reader?.cancel() ?? Promise.resolve()).then(ended, ended);
    },
  });
}
