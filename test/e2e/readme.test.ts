import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';

const readme = readFileSync('README.md', 'utf8');
const mark = '# runs as printed\n';

interface Example {
  name: string;
  commands: string;
  /** What the README says that comes out. */
  answer: string | undefined;
}

/** The marked blocks of commands, each with the block of text right after it. */
function examplesOf(markdown: string): Example[] {
  const fences = [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)];
  return fences.flatMap(({ index, 0: whole, 1: language, 2: commands = '' }, at) => {
    if (language !== 'sh' || !commands.startsWith(mark)) return [];
    const next = fences[at + 1];
    const follows = next?.[1] === 'text' && markdown.slice(index + whole.length, next.index).trim() === '';
    const line = markdown.slice(0, index).split('\n').length;
    const first = commands.split('\n')[1] ?? '';
    return [{ name: `line ${line}: ${first.slice(0, 60)}`, commands, answer: follows ? next[2] : undefined }];
  });
}

/** A text in which `…` stands for anything, and a line of it for any lines or none. */
function pattern(text: string): RegExp {
  const literal = text.trim().replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('\n…\n', '\n(?:[^]*?\n)?').replaceAll('…', '[^]*?')}$`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const missing = needs('curl', 'curl') || needs('bash', 'bash');

describe.skipIf(missing)('README.md', () => {
  const examples = examplesOf(readme);
  const folder = mkdtempSync(join(tmpdir(), 'todoke-readme-'));
  let demo: ChildProcess | undefined;
  let shown = '';
  /** What each block said, as far as they ran. */
  let said: string[] = [];
  let complaint = '';
  /** The addresses in the README are the defaults; the test moves only when somebody else has these ports. */
  let moved: (text: string) => string = (text) => text;

  beforeAll(async () => {
    const usual = (await isFree(8080)) && (await isFree(9090));
    const words = ['demo', '--stay', '--out', join(folder, 'var', 'demo'), ...(usual ? [] : ['--port', '0'])];
    demo = spawn(process.execPath, ['src/cli/todoke.ts', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(demo, 'exit').then(([code]) => Promise.reject(new Error(`the demo ended with ${String(code)}`)));
    const serving = new Promise<void>((resolve) => {
      demo?.stdout?.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        if (/Still serving[^]*key +\S+\n/.test(shown)) resolve();
      });
    });
    await Promise.race([serving, ended]);
    ended.catch(() => undefined);
    const ofDemo = (label: string): string =>
      new RegExp(`Still[^]*? ${label} +(http://[^/\\s]+)`).exec(shown)?.[1] ?? '';
    moved = (text) =>
      text.replaceAll('http://127.0.0.1:8080', ofDemo('pages')).replaceAll('http://127.0.0.1:9090', ofDemo('metrics'));

    const script = examples.map(({ commands }) => `printf '\\036'\n${moved(commands)}`).join('');
    writeFileSync(join(folder, 'readme.sh'), script);
    const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', 'readme.sh'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    said = stdout.split('\u001e').slice(1);
    if (status !== 0) complaint = `exit code ${String(status)}: ${stderr}`;
  }, 110_000);

  afterAll(async () => {
    if (demo?.exitCode === null) {
      demo.kill('SIGTERM');
      await once(demo, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('has examples for every kind of front end and for staff', () => {
    const all = examples.map(({ commands }) => commands).join('');
    for (const part of [
      'application/x-ndjson',
      '/sign"',
      '/petitions"',
      '.pdf"',
      'names.csv"',
      '/hand-ins"',
      '/channel"',
      '/metrics"',
    ])
      expect(all).toContain(part);
    expect(examples.filter(({ answer }) => answer !== undefined).length).toBeGreaterThan(8);
  });

  test.each(examples.map((example, at) => ({ ...example, at })))('$name', ({ at, answer }) => {
    const output = said[at];
    if (output === undefined) expect.fail(`did not run, because an example above it failed: ${complaint}`);
    // The blocks run in one shell that ends at the first failure: the last one that ran is the one that failed.
    if (complaint !== '' && at === said.length - 1) expect.fail(`${complaint}\n${output}`);
    if (answer === undefined) return;
    const plain = output.replaceAll('\ufeff', '').replaceAll('\r\n', '\n').trim();
    expect(plain).toMatch(pattern(moved(answer)));
  });

  test('shows what the demo shows', () => {
    const [, excerpt = ''] = /## What you see\n\n```text\n([^]*?)```/.exec(readme) ?? [];
    expect(excerpt.split('\n').length).toBeGreaterThan(10);
    // Numbers differ a little from run to run, and a channel may have been slowed first.
    const even = (text: string): string =>
      text.replaceAll(/\d[\d.]*/g, '#').replaceAll(/(mail|slowed) → hand/g, '? → hand');
    expect(even(shown)).toMatch(new RegExp(pattern(even(excerpt)).source.replace(/^\^|\$$/g, '')));
  });
});
