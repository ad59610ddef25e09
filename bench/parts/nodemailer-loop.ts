/** A bare loop around nodemailer's pool: the same letter composed for each person, unsigned, nothing read or written. */
import { createTransport } from 'nodemailer';
import { answer } from '../answer.ts';
import { mailOf, openSameLetter, personOf, type SameLetter } from '../same-letter.ts';

interface Plan {
  campaigns: string;
  port: number;
  connections: number;
}

function poolOf({ port, connections }: Plan) {
  return createTransport({ pool: true, host: '127.0.0.1', port, maxConnections: connections, ignoreTLS: true });
}

let letter: SameLetter;
let transport: ReturnType<typeof poolOf>;
let n = 0;

export const nodemailerLoop = {
  async open(plan: Plan): Promise<void> {
    letter = await openSameLetter(plan.campaigns);
    transport = poolOf(plan);
  },
  /** Sends so many letters; `ahead` of them wait in the pool, so that no connection ever does. */
  async send({ count, ahead }: { count: number; ahead: number }): Promise<void> {
    let left = count;
    const lane = async (): Promise<void> => {
      while ((left -= 1) >= 0) await transport.sendMail(mailOf(letter, personOf((n += 1)), n));
    };
    await Promise.all(Array.from({ length: ahead }, lane));
  },
};

answer(nodemailerLoop);
