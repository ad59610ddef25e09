/** `todoke demo`: the whole journey on embedded defaults, with a simulated embassy that shuts its door half-way. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import PostalMime from 'postal-mime';
import { startApp, type App } from '../../app.ts';
import { systemClock } from '../../clock.ts';
import { readConfig, type Config } from '../../config.ts';
import { refusesByPolicy } from '../../embassy/personalities.ts';
import { AppError } from '../../errors.ts';
import { createSourceKey } from '../../intake/source-key.ts';
import { inviteStaff } from '../../staff/change-staff.ts';
import { audit } from '../../ledger/audit.ts';
import { stateNumbers } from '../../ledger/numbers.ts';
import { printAudit } from '../audit.ts';
import { createTerminal, type Terminal } from '../terminal.ts';
import { createApiClient, type ApiClient, type PetitionView, type TargetView } from './api-client.ts';
import { pushForms, pushJson, pushStream } from './front-ends.ts';
import { demoSigners } from './signers.ts';
import { waitUntil } from './wait-until.ts';

const campaign = 'uyghurs-abroad';
const target = 'ambassador-of-china-to-japan';
/** Letters the embassy takes before it refuses by policy. */
const taken = 24;

export interface DemoOptions {
  out: string;
  stay: boolean;
  port?: number;
}

interface Summary {
  signatures: number;
  letters: Record<string, number>;
  switches: { from: string; to: string; rule: string; reason: string; letters: number; signerDomains: number }[];
  petition: { serial: string; pdf: string; csv: string; manifest: string; names: number };
  audit: { ok: boolean; violations: number };
}

/** Runs the journey; throws when any part of it did not end as it must. */
export async function demo(options: DemoOptions): Promise<void> {
  const terminal = createTerminal();
  const out = resolve(options.out);
  await emptyFolder(out);
  const app = await startApp(demoConfig(out, options));
  try {
    const key = await createSourceKey(
      { database: app.database, clock: systemClock },
      { source: 'demo', scopes: ['sign', 'read', 'staff'], campaigns: null },
    );
    await writeFile(join(out, 'key'), key, { mode: 0o600 });
    const summary = await journey(terminal, app, createApiClient(app.origin, key), key, out);
    await writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    await tellWhere(terminal, app, summary, out);
    if (options.stay) await staying(terminal, app, out);
  } finally {
    await app.close();
  }
}

async function journey(terminal: Terminal, app: App, api: ApiClient, key: string, out: string): Promise<Summary> {
  const { embassy } = app;
  if (!embassy) throw new AppError('invalid', 'The demo plays with the simulated embassy: unset SMTP_URL.');
  embassy.become(refusesByPolicy({ after: taken }));
  terminal.line(
    terminal.dim(
      "The campaign's own period is over; this rehearsal keeps it open. The embassy is simulated: nothing leaves this machine.",
    ),
  );

  terminal.heading('1  Sixty people sign');
  const signers = demoSigners();
  const { consents } = await api.campaign(campaign);
  let signed = 0;
  const ends = {
    origin: app.origin,
    campaign,
    key,
    consents: Object.fromEntries(consents.map((text) => [text.id, text.version])),
    signed: (n: number) => terminal.progress('signed', (signed += n), signers.length),
  };
  await pushJson(ends, signers.slice(0, 20));
  await pushForms(ends, signers.slice(20, 40));
  await pushStream(ends, signers.slice(40));

  terminal.heading('2  Letters arrive, until the embassy refuses them');
  await waitUntil('letters arrive', async () => {
    terminal.progress('arrived', embassy.received.length, taken);
    return embassy.received.length >= taken;
  });
  const switches = await waitUntil('the channel is shut', async () => {
    const view = await api.target(campaign, target);
    return view.switches.some((change) => change.to === 'hand') && view.switches.toReversed();
  });
  for (const change of switches) tellSwitch(terminal, change);
  await writeFirstLetter(embassy.received[0]?.raw, out);

  terminal.heading('3  The other names go on paper');
  const settled = await waitUntil('every letter has its place', async () => {
    const { letters } = await stateNumbers(app.database);
    terminal.progress('waiting', letters.for_hand, signers.length - taken);
    return letters.for_hand + letters.delivered === signers.length ? letters : undefined;
  });
  const petition = await api.compile(campaign, target);
  const ready = await waitUntil('the files are made', async () => {
    const view = await api.petition(petition.id);
    return view.files_ready ? view : undefined;
  });
  terminal.fact('petition', `${ready.serial} with ${ready.names} names, digest ${ready.digest.slice(0, 16)}…`);
  if (ready.names !== settled.for_hand) throw new AppError('internal', 'the petition does not hold every waiting name');
  await api.handIn(ready.id, {
    outcome: 'accepted',
    at: new Date(systemClock.now()).toISOString(),
    place: 'at the gate of the (simulated) embassy',
  });
  terminal.fact('handed in', 'accepted without a meeting');

  terminal.heading('4  The audit');
  const result = await audit(app.database);
  printAudit(terminal, result);
  if (!result.ok) throw new AppError('internal', 'the audit found a broken invariant');
  return summarise(app, await api.target(campaign, target), ready, result);
}

async function summarise(
  app: App,
  view: TargetView,
  petition: PetitionView,
  result: Awaited<ReturnType<typeof audit>>,
): Promise<Summary> {
  const folder = app.files.location(petition.serial);
  const made = await readdir(folder);
  const find = (ending: string): string => join(folder, made.find((file) => file.endsWith(ending)) ?? ending);
  return {
    signatures: result.ledger.signatures,
    letters: result.ledger.letters,
    switches: view.switches.toReversed().map(({ from, to, rule, reason, evidence }) => ({
      from,
      to,
      rule,
      reason,
      letters: evidence.letters,
      signerDomains: evidence.signerDomains,
    })),
    petition: {
      serial: petition.serial,
      pdf: find('.pdf'),
      csv: find('.csv'),
      manifest: find('.json'),
      names: petition.names,
    },
    audit: { ok: result.ok, violations: result.findings.reduce((sum, finding) => sum + finding.violations, 0) },
  };
}

function tellSwitch(terminal: Terminal, change: TargetView['switches'][number]): void {
  terminal.fact(
    'switched',
    `${change.from} → ${change.to} by the rule ${change.rule}, confidence ${change.confidence}`,
  );
  terminal.fact('because', change.reason);
  for (const outcome of change.evidence.outcomes)
    terminal.line(
      `               ${terminal.dim(`${outcome.code ?? ''} ${outcome.text.slice(0, 70)}`)}  ${outcome.attribution}`,
    );
}

async function writeFirstLetter(raw: Buffer | undefined, out: string): Promise<void> {
  if (!raw) return;
  const parsed = await PostalMime.parse(raw);
  await mkdir(join(out, 'letters'), { recursive: true });
  await writeFile(join(out, 'letters', 'letter.eml'), raw);
  await writeFile(join(out, 'letters', 'letter.html'), parsed.html ?? '');
}

async function tellWhere(terminal: Terminal, app: App, summary: Summary, out: string): Promise<void> {
  terminal.heading('Look at it');
  terminal.fact('petition', summary.petition.pdf);
  terminal.fact('names', summary.petition.csv);
  terminal.fact('letter', join(out, 'letters', 'letter.eml'));
  terminal.fact('', join(out, 'letters', 'letter.html'));
  terminal.fact('summary', join(out, 'summary.json'));
  terminal.fact('pages', `${app.origin}/actions/${campaign}/ja  (npm run demo -- --stay keeps serving)`);
}

async function staying(terminal: Terminal, app: App, out: string): Promise<void> {
  app.embassy?.become(refusesByPolicy({ after: Number.MAX_SAFE_INTEGER }));
  terminal.heading('Still serving, until Ctrl-C');
  terminal.fact('pages', `${app.origin}/`);
  terminal.fact('API', `${app.origin}/docs`);
  terminal.fact('metrics', `${app.opsUrl}/metrics`);
  terminal.fact('key', join(out, 'key'));
  const admin = { login: 'mamoru@office.example', name: '人権 守', role: 'admin' } as const;
  const { token } = await inviteStaff({ database: app.database, clock: systemClock }, 'cli', admin);
  terminal.fact('console', `${app.origin}/console/invitation/${token}`);
  terminal.fact('', `opens once: choose a password; the login is ${admin.login}`);
  await new Promise<void>((resolveStop) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolveStop());
  });
}

/** The defaults of a laptop, sped up: everything that takes days takes seconds. */
function demoConfig(out: string, { stay, port }: DemoOptions): Config {
  const ports = stay ? {} : { PORT: '0', OPS_PORT: '0' };
  return readConfig({
    LOG_LEVEL: 'error',
    ...ports,
    ...(port === undefined ? {} : { PORT: String(port), OPS_PORT: '0' }),
    BOUNCE_PORT: '0',
    DATABASE_URL: `sqlite:${join(out, 'todoke.db')}`,
    DATA_DIR: out,
    PACE_PER_HOUR: '36000',
    RELEASE_EVERY: '100ms',
    SWEEP_EVERY: '500ms',
    BOUNCE_WAIT: '3s',
    KEEP_OPEN: 'yes',
  });
}

/** Starts afresh in a folder of an earlier demo; anybody else's folder is left alone. */
async function emptyFolder(out: string): Promise<void> {
  const mark = join(out, '.todoke-demo');
  if (existsSync(out) && !existsSync(mark) && (await readdir(out)).length > 0) {
    throw new AppError('conflict', `${out} is not empty and was not made by a demo: choose another folder with --out.`);
  }
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await writeFile(mark, '');
}
