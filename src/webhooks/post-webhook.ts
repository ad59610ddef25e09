/** One POST to an endpoint: with a time limit, no redirect followed, and nothing read of the answer but its head. */
import { asError } from '../errors.ts';

/** Milliseconds within which the answer must have begun. */
const patience = 15_000;
/** Longest wait that an endpoint may ask for, in seconds. */
const longestAsked = 86_400;

export interface PostAnswer {
  /** Undefined when there was none. */
  status: number | undefined;
  /** `Retry-After`, in seconds. */
  retryAfter: number | undefined;
  /** Why there was no answer, without the address. */
  failure: string | undefined;
}

export async function postWebhook(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<PostAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'todoke' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    // What it has to say beyond the head is not read, however long it is.
    await response.body?.cancel();
    const asked = response.headers.get('retry-after') ?? '';
    const retryAfter = /^\d{1,6}$/.test(asked) ? Math.min(Number(asked), longestAsked) : undefined;
    return { status: response.status, retryAfter, failure: undefined };
  } catch (thrown) {
    const { cause } = asError(thrown);
    const failure = (cause as NodeJS.ErrnoException | undefined)?.code ?? asError(thrown).name;
    return { status: undefined, retryAfter: undefined, failure };
  }
}
