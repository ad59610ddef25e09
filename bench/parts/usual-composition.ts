/**
 * How such a service is usually put together: a BullMQ job per letter that loads it by TypeORM, renders MJML, inlines
 * with juice, signs and sends by nodemailer, and saves by TypeORM.
 */
import { readFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import juice from 'juice';
import mjml from 'mjml';
import { createTransport } from 'nodemailer';
import { DataSource, EntitySchema } from 'typeorm';
import { answer } from '../answer.ts';
import { mailOf, openSameLetter, personOf, type Person, type SameLetter } from '../same-letter.ts';
import { pageOf, usualTemplate } from '../usual-template.ts';

interface Plan {
  campaigns: string;
  databaseUrl: string;
  redisUrl: string;
  prefix: string;
  port: number;
  connections: number;
  dkim: { domainName: string; keySelector: string; keyFile: string };
}

interface UsualLetter {
  id: number;
  signer: Person & { id: number };
  state: string;
  sentAt: Date | null;
  response: string | null;
}

const signers = new EntitySchema<Person & { id: number }>({
  name: 'usual_signer',
  columns: {
    id: { type: 'int', primary: true },
    name: { type: 'varchar', length: 200 },
    email: { type: 'varchar', length: 254 },
  },
});

const letters = new EntitySchema<UsualLetter>({
  name: 'usual_letter',
  columns: {
    id: { type: 'int', primary: true },
    state: { type: 'varchar', length: 12 },
    sentAt: { type: 'datetime', nullable: true },
    response: { type: 'varchar', length: 255, nullable: true },
  },
  relations: { signer: { type: 'many-to-one', target: 'usual_signer', joinColumn: true } },
});

let source: DataSource;
let queue: Queue<{ id: number }>;
let saved: number[] = [];
let first = 1;
let failure: Error | undefined;

async function work(plan: Plan, same: SameLetter): Promise<void> {
  const template = usualTemplate(same);
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: plan.port,
    maxConnections: plan.connections,
    ignoreTLS: true,
    dkim: { ...plan.dkim, privateKey: readFileSync(plan.dkim.keyFile, 'utf8') },
  });
  const repository = source.getRepository(letters);
  const worker = new Worker<{ id: number }>(
    'usual',
    async (job) => {
      const letter = await repository.findOneOrFail({ where: { id: job.data.id }, relations: { signer: true } });
      const page = await mjml(pageOf(template, letter.signer), {
        fonts: {},
        keepComments: false,
        validationLevel: 'strict',
      });
      const sent = await transport.sendMail(mailOf(same, letter.signer, letter.id, juice(narrow(page.html))));
      Object.assign(letter, { state: 'sent', sentAt: new Date(), response: sent.response });
      await repository.save(letter);
      saved.push(performance.timeOrigin + performance.now());
    },
    { connection: { url: plan.redisUrl }, prefix: plan.prefix, concurrency: plan.connections },
  );
  worker.on('failed', (_job, error) => (failure ??= error));
  worker.on('error', (error) => (failure ??= error));
}

/** Without MJML's indentation, so that all sides send as much. */
function narrow(html: string): string {
  return html.replaceAll(/\n\s+/g, '\n');
}

export const usualComposition = {
  async open(plan: Plan): Promise<void> {
    source = await new DataSource({
      type: 'mysql',
      url: plan.databaseUrl,
      charset: 'utf8mb4_bin',
      poolSize: 10,
      entities: [signers, letters],
      synchronize: true,
    }).initialize();
    first = 1 + ((await source.getRepository(letters).maximum('id')) ?? 0);
    queue = new Queue('usual', { connection: { url: plan.redisUrl }, prefix: plan.prefix });
    await work(plan, await openSameLetter(plan.campaigns));
  },
  /** Sends so many letters and gives the instants at which each was saved as sent. */
  async send(count: number): Promise<number[]> {
    saved = [];
    const ids = Array.from({ length: count }, (_, index) => first + index);
    first += count;
    await source.getRepository(signers).insert(ids.map((id) => ({ id, ...personOf(id) })));
    await source.getRepository(letters).insert(ids.map((id) => ({ id, signer: { id }, state: 'queued' })));
    await queue.addBulk(ids.map((id) => ({ name: 'send', data: { id } })));
    while (saved.length < count) {
      if (failure) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return saved;
  },
};

answer(usualComposition);
