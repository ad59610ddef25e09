import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationPage } from '../../docs/generate.ts';
import { environment } from '../../src/config.ts';
import { firstStates, letterStates, moves } from '../../src/letters/letter-states.ts';
import { createMetrics, type Standing } from '../../src/metrics.ts';
import { channelModes } from '../../src/outbox/channel-table.ts';
import { limits } from '../../src/outcomes/decide-channel.ts';
import { openApiDocument } from '../../src/web/api/openapi.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];
const read = (page: string): string => readFileSync(page, 'utf8');
const allOf = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((found) => found[1] ?? '');

test('docs/configuration.md is what `npm run docs` writes', () => {
  expect(read('docs/configuration.md')).toBe(configurationPage());
});

describe('docs/concepts.md tells the state table of the code', () => {
  const concepts = read('docs/concepts.md');
  const arrows = [...concepts.matchAll(/^ {4}(\S+) --> (\S+)$/gm)].map(([, from = '', to = '']) => ({ from, to }));

  test('in its diagram', () => {
    const drawn = arrows
      .filter(({ from, to }) => from !== '[*]' && to !== '[*]')
      .map(({ from, to }) => `${from} ${to}`);
    expect(drawn.toSorted()).toEqual(
      letterStates.flatMap((from) => moves[from].map((to) => `${from} ${to}`)).toSorted(),
    );
    expect(arrows.flatMap(({ from, to }) => (from === '[*]' ? to : []))).toEqual(firstStates);
    const ends = letterStates.filter((state) => moves[state].length === 0);
    expect(arrows.flatMap(({ from, to }) => (to === '[*]' ? from : []))).toEqual(ends);
  });

  test('in its table', () => {
    const rows = [...concepts.matchAll(/^\| `(\w+)` +\| [^|]+ \| ((?:`\w+` )+|– ) *\|$/gm)];
    const table = rows.map(([, state = '', next = '']) => [state, allOf(next, /`(\w+)`/g)]);
    expect(table).toEqual(letterStates.map((state) => [state, moves[state]]));
  });

  test('and the limits of the channel rule', () => {
    const hours = (milliseconds: number): string => `${milliseconds / 3_600_000} hour`;
    for (const sentence of [
      `full for ${hours(limits.full.for)}s: ${limits.full.letters} letters from ${limits.full.domains} signer domains`,
      `${limits.rate} replies of the class \`rate\``,
      `When ${limits.calm.slowed} letters got through`,
      `When ${limits.calm.probing} letters were taken and nothing came back for ${hours(limits.probeQuiet)}`,
      `After ${limits.probePatience / 86_400_000} day one such letter is enough`,
    ])
      expect(concepts).toContain(sentence);
  });

  test('every mode of a channel has its line', () => {
    expect(channelModes.filter((mode) => !concepts.includes(`| \`${mode}\` `))).toEqual([]);
  });
});

describe('docs/operations.md and the metrics', () => {
  const operations = read('docs/operations.md');

  test('speak of the same metrics, labels and values', async () => {
    const text = await everyMetric();
    const known = new Set(allOf(text, /^# TYPE (\S+)/gm));
    const named = new Set(allOf(operations, /\b(todoke_[a-z_]+)/g));
    expect([...named].filter((name) => !known.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
    const ours = [...known].filter((name) => !/^todoke_(process|nodejs)_/.test(name));
    expect(ours.filter((name) => !operations.includes(`| \`${name}\``))).toEqual([]);

    for (const [, name = '', label = '', values = ''] of operations.matchAll(/\b(todoke_\w+)\{(\w+)=~?"([^"]*)"/g)) {
      expect(text, `${name} has no label ${label}`).toMatch(new RegExp(`^${name}(_bucket)?\\{(.*,)?${label}="`, 'm'));
      const closed: Record<string, readonly string[]> = { state: letterStates, mode: channelModes };
      expect(closed[label] ?? values.split('|')).toEqual(expect.arrayContaining(values.split('|')));
    }
  });
});

describe('every page', () => {
  /** Capitals in code that are words of protocols, or variables of the shell in an example. */
  const others = new Set([
    'RCPT',
    'SIGTERM',
    'SIGINT',
    'NAME',
    'OLD',
    'NEW',
    'ID',
    'POST',
    'GET',
    'MX',
    'TXT',
    'FLUSHALL',
  ]);
  // Besides those of the service: what the tests read, and Express itself.
  const ofTests = allOf(read('test/support/engines.ts'), /process\.env\['(\w+)'\]/g);
  const variables = new Set([...Object.keys(environment.shape), ...ofTests, 'NODE_ENV']);

  test.each(pages)('%s names only variables there are', (page) => {
    const text = read(page).replaceAll(/^```sh\n[^]*?^```$/gm, '');
    const assigned = [...text.matchAll(/^```env\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
      allOf(block, /^(\w+)=/gm),
    );
    const inCode = allOf(text, /`([A-Z][A-Z_]+)(?:=[^`]*)?`/g).filter((word) => !others.has(word));
    const underscored = allOf(text, /\b([A-Z]+(?:_[A-Z]+)+)\b/g);
    expect([...assigned, ...inCode, ...underscored].filter((name) => !variables.has(name))).toEqual([]);
  });

  test.each(pages)('%s links to what is there', (page) => {
    const links = [...allOf(read(page), /\]\(([^)\s]+)\)/g), ...allOf(read(page), /(?:src|href)="([^"]+)"/g)];
    const broken = links.filter((link) => {
      if (/^(https?|mailto):/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const goal = path === '' ? page : join(dirname(page), path);
      return !existsSync(goal) || (anchor !== undefined && !anchorsOf(read(goal)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test.each(pages)('%s names only commands and routes there are', (page) => {
    const program = read('src/cli/todoke.ts');
    const commands = allOf(read(page), /(?:npx |`)todoke ((?:campaign|petition|outcome|key) [a-z]+|[a-z]+)/g);
    const missing = commands.flatMap((command) => command.split(' ')).filter((word) => !program.includes(`'${word}'`));
    expect(missing).toEqual([]);

    const { paths = {} } = openApiDocument('http://localhost');
    const routes = [...read(page).matchAll(/\b(GET|POST) (\/v1\/[^\s`]+)/g)];
    const known = (method: string, path: string): boolean => Object.hasOwn(paths[path] ?? {}, method.toLowerCase());
    expect(routes.flatMap(([route, method = '', path = '']) => (known(method, path) ? [] : route))).toEqual([]);
  });
});

/** The metrics page after every event happened once. */
async function everyMetric(): Promise<string> {
  const zeros = (names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, 0]));
  const standing: Standing = {
    letters: zeros(letterStates),
    oldestAge: zeros(letterStates),
    channels: zeros(channelModes),
    sitePaused: false,
  };
  const metrics = createMetrics(() => Promise.resolve(standing));
  metrics.signature('accepted');
  metrics.attempt('accepted');
  metrics.outcome({ class: 'rate', attribution: 'passing' });
  metrics.returnedMail('stored');
  metrics.mailboxAway();
  metrics.answer('accepted');
  metrics.channelSwitch({ from: 'mail', to: 'hand' });
  metrics.stages({ dot: 1 });
  metrics.petition('sealed');
  metrics.stepFailed('sweep-overdue');
  metrics.signIn('refused');
  return metrics.text();
}

/** The anchors that a forge makes of headings. */
function anchorsOf(markdown: string): string[] {
  return allOf(markdown, /^#{1,6} (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
