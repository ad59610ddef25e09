import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNamesCsv } from '../../src/petitions/names-csv.ts';
import { needs } from '../support/needs.ts';

const out = mkdtempSync(join(tmpdir(), 'todoke-demo-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const todoke = (...words: string[]) =>
  promisify(execFile)(process.execPath, ['src/cli/todoke.ts', ...words], { timeout: 100_000 });

describe('npm run demo', () => {
  let printed = '';
  let summary: {
    signatures: number;
    letters: Record<string, number>;
    switches: { to: string; rule: string; signerDomains: number }[];
    petition: { pdf: string; csv: string; manifest: string; names: number };
    audit: { ok: boolean; violations: number };
  };

  beforeAll(async () => {
    printed = (await todoke('demo', '--out', join(out, 'demo'))).stdout;
    summary = JSON.parse(readFileSync(join(out, 'demo', 'summary.json'), 'utf8'));
  }, 110_000);

  test('carries sixty signatures: some by mail, the others on paper, every one in one place', () => {
    expect(summary).toMatchObject({
      signatures: 60,
      letters: { delivered: 24, handed_in: 36 },
      petition: { names: 36 },
      audit: { ok: true, violations: 0 },
    });
    expect(Object.values(summary.letters).reduce((sum, n) => sum + n, 0)).toBe(60);
  });

  test('switches by the rule, on evidence from several domains', () => {
    const last = summary.switches.at(-1);
    expect(last).toMatchObject({ to: 'hand', rule: 'blocked-by-sequential-test' });
    expect(last?.signerDomains).toBeGreaterThanOrEqual(3);
  });

  test('shows progress, the evidence, the audit and where everything is', () => {
    for (const words of [
      '60/60',
      '24/24',
      '→ hand',
      'different mail domains',
      'Every accepted signature is in exactly one place',
      summary.petition.pdf,
      'letter.eml',
      '/actions/uyghurs-abroad/ja',
    ])
      expect(printed).toContain(words);
    expect(printed).not.toMatch(/signer\d/);
  });

  test.skipIf(needs('pdftotext', 'poppler-utils'))(
    'makes a PDF that gives every name in order and nothing else about anybody',
    () => {
      const text = execFileSync('pdftotext', [summary.petition.pdf, '-'], { encoding: 'utf8' });
      const names = readNamesCsv(readFileSync(summary.petition.csv, 'utf8'));
      expect(names).toHaveLength(36);
      let at = 0;
      for (const { name } of names) {
        const found = text.indexOf(name, at);
        expect(found, `${name} after character ${at}`).toBeGreaterThanOrEqual(at);
        at = found + name.length;
      }
      expect(text).not.toMatch(/@|signer\d|mail\d|3222|kotoba|grandmother/);
      const facts = execFileSync('pdfinfo', [summary.petition.pdf], { encoding: 'utf8' });
      expect(facts).toMatch(/Title: +Petition \d{4}-0001\n/);
      expect(facts).not.toMatch(/^(Author|Subject|Keywords):/m);
    },
  );

  test('leaves a folder alone that is not its own', async () => {
    const folder = mkdtempSync(join(out, 'mine-'));
    writeFileSync(join(folder, 'precious'), '');
    await expect(todoke('demo', '--out', folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not empty'),
    });
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('');
  });
});

describe('the command line', () => {
  const database = `sqlite:${join(out, 'cli.db')}`;
  const run = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['src/cli/todoke.ts', ...words], {
      timeout: 60_000,
      env: { ...process.env, DATABASE_URL: database, DATA_DIR: out, LOG_LEVEL: 'silent' },
    });

  test('migrates, makes a key, audits', async () => {
    expect((await run('migrate')).stdout).toContain('up to date');
    expect((await run('key', 'create', '--source', 'site', '--scope', 'sign,read')).stdout).toMatch(
      /^todoke_[0-9a-v]{16}_[0-9a-v]{32}\n$/,
    );
    await expect(run('key', 'create', '--source', 'site', '--scope', 'all')).rejects.toMatchObject({
      stderr: expect.stringContaining('no scope "all"'),
    });
    expect(JSON.parse((await run('audit', '--json')).stdout)).toMatchObject({ ok: true, ledger: { signatures: 0 } });
    await expect(
      run('petition', 'compile', '--campaign', 'uyghurs-abroad', '--target', 'ambassador-of-china-to-japan'),
    ).rejects.toMatchObject({ stderr: expect.stringContaining('No name waits') });
  });

  test('an audit that finds something ends with 1', async () => {
    execFileSync(process.execPath, [
      '--input-type=module',
      '-e',
      `import Database from 'libsql'; new Database(process.argv[1]).exec("insert into letter (id, signature_id, campaign, campaign_version, target, language, signer_domain, own_words, state, state_since, moves, created_at, due_at, attempts, doubts, fence) values ('x','y','c','v','t','en','d',0,'queued',1,1,1,1,0,0,0)")`,
      join(out, 'cli.db'),
    ]);
    await expect(run('audit')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('every letter belongs to a signature'),
    });
  });

  test('checks a campaign and previews its letters', async () => {
    expect((await run('campaign', 'check')).stdout).toMatch(/uyghurs-abroad +version [0-9a-f]{16} · ja, en/);
    await expect(run('campaign', 'check', 'nothing')).rejects.toMatchObject({
      stderr: expect.stringContaining('no folder nothing'),
    });
    const preview = join(out, 'preview');
    await run('campaign', 'preview', 'uyghurs-abroad', '--out', preview, '--message', 'Please read this one.');
    const base = join(preview, 'uyghurs-abroad-ambassador-of-china-to-japan-en');
    expect(readFileSync(`${base}.eml`, 'utf8')).toMatch(/^From: "Mamoru Jinken/m);
    expect(readFileSync(`${base}.txt`, 'utf8')).toContain('Please read this one.');
    expect(readFileSync(`${base}.html`, 'utf8')).toContain('lang="en"');
  });

  test('explains a reply in plain words', async () => {
    const { stdout } = await run(
      'outcome',
      'explain',
      '550 5.7.1 Message rejected: the recipient has blocked mail of this campaign',
    );
    expect(stdout).toMatch(/blocked|refus/i);
  });

  test('a start that fails ends, and says why', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const env = {
      ...process.env,
      DATABASE_URL: `sqlite:${join(out, 'taken.db')}`,
      DATA_DIR: out,
      LOG_LEVEL: 'silent',
      BOUNCE_PORT: '0',
      PORT: String((taken.address() as AddressInfo).port),
    };
    const serve = promisify(execFile)(process.execPath, ['src/cli/todoke.ts', 'serve'], { timeout: 30_000, env });
    await expect(serve).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') });
    taken.close();
  });

  test('a mistake in the configuration ends with a sentence and 1', async () => {
    await expect(
      promisify(execFile)(process.execPath, ['src/cli/todoke.ts', 'serve'], { env: { ...process.env, PORT: 'x' } }),
    ).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/PORT: /) });
  });
});
