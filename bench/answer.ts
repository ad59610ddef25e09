/** The far end of a child process of the bench: it answers what its parent asks. */

export type Handlers = Record<string, (input: any) => unknown>;

export interface Question {
  number: number;
  name: string;
  input: unknown;
}

export type Reply = { number: number; value: unknown } | { number: number; failure: string };

/** Answers until the parent hangs up; then the process ends. */
export function answer(handlers: Handlers): void {
  const reply = (message: Reply): void => void process.send?.(message);
  process.on('message', ({ number, name, input }: Question) => {
    void (async () => {
      try {
        reply({ number, value: await handlers[name]?.(input) });
      } catch (thrown) {
        reply({ number, failure: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
      }
    })();
  });
  process.once('disconnect', () => process.exit());
}
