/** A rate with a petition being made on the same machine and without, in turns. */
import { ratio, type Figure, type Outcome } from './figures.ts';
import type { Bench } from './scenario.ts';

/** Of its rate alone, what is left. */
const least = 0.9;

/** A petition that was begun and is being made. */
export interface Making {
  isMade(): Promise<boolean>;
  /** Resolves when it is made and nothing of it is left at work. */
  end(): Promise<void>;
}

export interface Turns {
  /** Begins the names of the figures: `petitions.meanwhile.web`. */
  name: string;
  /** What is counted: `signatures`. */
  label: string;
  alone: string;
  beside: string;
  rounds: number;
  /** Before each round. */
  prepare?(round: number): Promise<void>;
  measure(): Promise<number>;
  begin(): Promise<Making>;
}

/** Adds both rates and their ratio to the figures; throws when a petition was made too soon to be beside anything. */
export async function inTurns(bench: Bench, outcome: Outcome, turns: Turns): Promise<void> {
  const { name, label, rounds } = turns;
  const figure = (kind: 'alone' | 'beside'): Figure => ({
    name: `${name}.${kind}`,
    group: 'Meanwhile',
    label: `${label}, ${turns[kind]}`,
    unit: '/s',
    rounds: [],
  });
  const alone = figure('alone');
  const beside = figure('beside');
  for (let round = 0; round < rounds; round += 1) {
    bench.progress.step(`${label}, ${turns.beside}`, round, rounds);
    await turns.prepare?.(round);
    alone.rounds.push(await turns.measure());
    const making = await turns.begin();
    beside.rounds.push(await turns.measure());
    if (await making.isMade()) throw new Error('the petition was made before the rate beside it was measured');
    await making.end();
  }
  outcome.figures.push(beside, alone, ratio(`${name}.ratio`, `${label}: with ÷ without`, beside, alone, least));
}
