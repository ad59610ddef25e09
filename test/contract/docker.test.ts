/** The files under docker/ and the code: that they speak of the same variables, roles, metrics and files. No Docker is needed. */
import { Ajv } from 'ajv';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environment, readConfig, roles } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics.ts';
import { letterStates } from '../../src/letters/letter-states.ts';
import { channelModes } from '../../src/outbox/channel-table.ts';
import { openOpsServer } from '../../src/web/ops-server.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const yaml = (text: string): any => parse(text, { merge: true });
const allOf = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((found) => found[1] ?? '');

const composeText = read('docker/compose.yaml');
const written = yaml(composeText);
const example = Object.fromEntries(
  allOf(read('docker/.env.example'), /^(\w+=.*)$/gm).map((line) => line.split(/=(.*)/s).slice(0, 2)),
) as Record<string, string>;
/** What somebody has in .env who has read it. */
const filledIn = {
  ...example,
  SECRETS: `1:${Buffer.alloc(32).toString('base64')}`,
  ...Object.fromEntries(
    ['MARIADB_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'GRAFANA_PASSWORD'].map((name) => [name, 'ab'.repeat(12)]),
  ),
};
/** As Compose puts values in: `${NAME}`, `${NAME:-default}`, `${NAME:?complaint}`. */
const compose = JSON.parse(JSON.stringify(written), (_key, value: unknown) =>
  typeof value === 'string'
    ? value.replaceAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_all, name: string, preset = '') =>
        Object.hasOwn(filledIn, name) && filledIn[name as keyof typeof filledIn] !== ''
          ? (filledIn[name as keyof typeof filledIn] ?? '')
          : String(preset),
      )
    : value,
);
const services = Object.entries<any>(compose.services);
const ours = services.filter(([, service]) => service.build?.dockerfile === 'docker/Dockerfile');
const withRole = ours.filter(([, service]) => service.environment.ROLES !== undefined);

const dockerfile = read('docker/Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ');
const instructions = (name: string): string[] => allOf(dockerfile, new RegExp(`^${name} +(.*)$`, 'gm'));
const imageVariables = Object.fromEntries(
  instructions('ENV')
    .flatMap((line) => line.split(/\s+/))
    .map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
) as Record<string, string>;

describe('docker/compose.yaml', () => {
  const { $schema, ...schema } = JSON.parse(read('docker/compose-spec.json'));
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  const complaints = (document: unknown): unknown[] => (validate(document) ? [] : (validate.errors ?? []));

  test('is what the Compose Specification allows, as written and with .env filled in', () => {
    expect($schema).toContain('draft-07');
    expect(complaints(written)).toEqual([]);
    expect(complaints(compose)).toEqual([]);
    expect(complaints({ ...compose, services: { web: { ...compose.services.web, read_olny: true } } })).not.toEqual([]);
  });

  test('has one service for each role and no other role', () => {
    const covered = withRole.map(([, service]) => String(service.environment.ROLES));
    expect(covered.toSorted()).toEqual([...roles].toSorted());
    for (const [name, service] of withRole) expect(service.environment.ROLES).toBe(name);
  });

  test('and the image set only variables that todoke reads, to values it takes', () => {
    const known = new Set(Object.keys(environment.shape));
    expect(Object.keys(imageVariables).filter((name) => name !== 'NODE_ENV' && !known.has(name))).toEqual([]);
    expect(() => readConfig(imageVariables)).not.toThrow();
    for (const [service, { environment: variables }] of ours) {
      expect(
        Object.keys(variables).filter((name) => !known.has(name)),
        service,
      ).toEqual([]);
      const config = readConfig({ ...imageVariables, ...variables });
      expect(config, service).toMatchObject({ DATABASE_URL: { kind: 'mysql' }, HOST: '0.0.0.0', OPS_HOST: '0.0.0.0' });
      // Without a relay every mailer would have a simulated embassy of its own.
      expect(config.SMTP_URL, service).toBeDefined();
      expect(config.REDIS_URL, service).toBeDefined();
    }
  });

  test('gives each process the rights it needs and no other', () => {
    expect(ours.length).toBe(roles.length + 1);
    for (const [name, service] of ours)
      expect({ name, ...service }).toMatchObject({
        read_only: true,
        init: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        tmpfs: [expect.stringMatching(/^\/tmp:/)],
      });
    for (const [name, service] of services) {
      expect(service.read_only, name).toBe(true);
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toEqual(['no-new-privileges:true']);
    }
  });

  test('publishes pages, returned mail, and nothing that belongs to operators', () => {
    const published = Object.fromEntries(services.flatMap(([name, { ports }]) => (ports ? [[name, ports]] : [])));
    expect(published).toEqual({
      web: [expect.stringMatching(/:8080$/)],
      reports: [expect.stringMatching(/:2525$/)],
      'catch-all': [expect.stringMatching(/^127\.0\.0\.1:/)],
      grafana: [expect.stringMatching(/^127\.0\.0\.1:/)],
    });
    expect(written.services.reports.ports).toEqual(['${BOUNCE_PUBLISH:-25}:2525']);
    expect(compose.networks.inside.internal).toBe(true);
    for (const name of ['mariadb', 'redis', 'prometheus']) expect(compose.services[name].networks).toEqual(['inside']);
  });

  test('lets the schema be brought up to date before any role starts', () => {
    expect(compose.services.migrate).toMatchObject({ command: ['migrate'], restart: 'no' });
    for (const [name, { depends_on: after }] of withRole)
      expect(after, name).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        mariadb: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      });
    expect(compose.services.migrate.depends_on.mariadb.condition).toBe('service_healthy');
  });

  test('waits for the longest conversation before it kills a mailer', () => {
    const longest = readConfig({}).LEASE * 0.75;
    expect(milliseconds(compose.services.mailer.stop_grace_period)).toBeGreaterThan(longest);
    for (const [name, service] of withRole) expect(service.stop_grace_period, name).toBeDefined();
  });

  test('has the settings that rows and reminders need', () => {
    const { mariadb, redis } = compose.services;
    expect(mariadb.command).toEqual(
      expect.arrayContaining([
        '--character-set-server=utf8mb4',
        '--transaction-isolation=READ-COMMITTED',
        '--innodb-flush-log-at-trx-commit=1',
        '--sync-binlog=1',
      ]),
    );
    const { name, user } = { name: mariadb.environment.MARIADB_DATABASE, user: mariadb.environment.MARIADB_USER };
    const url = new URL(compose.services.web.environment.DATABASE_URL);
    expect([url.hostname, url.username, url.password, url.pathname]).toEqual([
      'mariadb',
      user,
      mariadb.environment.MARIADB_PASSWORD,
      `/${name}`,
    ]);
    const line = redis.command.join(' ');
    expect(line).toContain('--maxmemory-policy noeviction');
    expect(line).toContain('--appendonly yes');
    for (const service of [mariadb, redis]) {
      expect(service.healthcheck.test[0]).toBe('CMD');
      expect(service.volumes).toHaveLength(1);
    }
  });

  test('lets web read what petitions writes', () => {
    for (const name of ['petitions', 'web'])
      expect(compose.services[name].volumes, name).toContain(`petitions:${imageVariables['DATA_DIR']}/petitions`);
  });

  test('mounts files there are', () => {
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume: string) => volume.split(':')[0]).filter((source: string) => source.startsWith('.')),
    );
    // DKIM keys are no part of the repository.
    expect(sources.filter((source) => source !== './dkim' && !existsSync(`docker/${source}`))).toEqual([]);
    expect(sources).toContain('../campaigns');
  });
});

describe('docker/.env.example', () => {
  const used = new Set(allOf(composeText, /\$\{(\w+)/g));

  test('has every variable of compose.yaml, and none that is not used', () => {
    expect([...used].filter((name) => !Object.hasOwn(example, name))).toEqual([]);
    // Read by Compose itself.
    expect(Object.keys(example).filter((name) => !used.has(name) && name !== 'COMPOSE_PROFILES')).toEqual([]);
  });

  test('holds no secret', () => {
    const secret = Object.entries(example).filter(([name]) => /SECRET|PASSWORD/.test(name));
    expect(secret.length).toBeGreaterThanOrEqual(4);
    expect(secret.filter(([, value]) => !/^<.+>$/.test(value))).toEqual([]);
    // Whoever forgets one is told, not let in with a known password.
    for (const [name] of secret) expect(composeText).toContain(`\${${name}:?`);
  });
});

describe('docker/Dockerfile', () => {
  const letThrough = allOf(read('.dockerignore'), /^!(.+)$/gm);

  test('copies what is there, and what .dockerignore lets through', () => {
    const sources = instructions('COPY')
      .filter((line) => !line.startsWith('--from='))
      .flatMap((line) => line.split(/\s+/).slice(0, -1));
    expect(sources.filter((source) => !existsSync(source) || !letThrough.includes(source))).toEqual([]);
    expect(letThrough.filter((name) => !sources.includes(name))).toEqual([]);
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });

  test('runs what package.json runs, on the same Node.js, as somebody', () => {
    const { scripts, engines } = JSON.parse(read('package.json'));
    const words = ['ENTRYPOINT', 'CMD'].flatMap((name) => JSON.parse(instructions(name)[0] ?? '[]'));
    expect(words.join(' ')).toBe(scripts.start);
    expect(instructions('FROM').map((line) => line.split(' ')[0])).toEqual(['node:24-slim', 'node:24-slim']);
    expect(engines.node).toBe('>=24');
    expect(instructions('USER')).toEqual(['1000:1000']);
    expect(instructions('EXPOSE')).toEqual(['8080 9090 2525']);
    const { PORT, OPS_PORT, BOUNCE_PORT } = readConfig({});
    expect([PORT, OPS_PORT, BOUNCE_PORT]).toEqual([8080, 9090, 2525]);
  });

  test('tells a living process from a dead one', async () => {
    const [, program, ...words] = JSON.parse(`["CMD",${/HEALTHCHECK .* CMD \[(.*)$/m.exec(dockerfile)?.[1] ?? ']'}`);
    expect(program).toBe('node');
    const ops = await openOpsServer(
      { metrics: createMetrics(), ready: () => Promise.reject(new Error('not yet')) },
      { host: '127.0.0.1', port: 0 },
    );
    const check = () => promisify(execFile)(process.execPath, words, { env: { OPS_PORT: String(ops.port) } });
    await expect(check()).resolves.toBeDefined();
    await ops.close();
    await expect(check()).rejects.toThrow();
  });
});

describe('what Prometheus and Grafana are given', () => {
  const prometheus = yaml(read('docker/prometheus.yml'));
  const alerts: { alert: string; expr: string; labels: any; annotations: any }[] = yaml(
    read('docker/alerts.yml'),
  ).groups.flatMap((group: any) => group.rules);
  const dashboard = JSON.parse(read('docker/grafana/todoke.json'));
  const panels: { title: string; datasource: any; targets: { expr: string }[] }[] = dashboard.panels;

  const questions = [
    ...alerts.map(({ alert, expr }): [string, string] => [alert, expr]),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
    ...dashboard.annotations.list.map(({ name, expr }: any): [string, string] => [name, expr]),
  ];

  test.each(questions)('%s asks for metrics and labels there are', async (_name, expr) => {
    const known = await labelsOfMetrics();
    const names = allOf(expr, /\b(todoke_\w+|up)\b/g);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const allowed = new Set(names.flatMap((name) => [...(known.get(name) ?? []), 'job', 'instance', 'role']));
    const asked = [
      ...allOf(expr, /\bby \(([^)]*)\)/g).flatMap((list) => list.split(/,\s*/)),
      ...allOf(expr, /[{,]\s*(\w+)\s*(?:=~|!~|!=|=)"/g),
    ];
    expect(asked.filter((label) => !allowed.has(label))).toEqual([]);
    for (const [, label = '', values = ''] of expr.matchAll(/[{,]\s*(state|mode|role)\s*(?:=~|!~|!=|=)"([^"]*)"/g)) {
      const closed: Record<string, readonly string[]> = { state: letterStates, mode: channelModes, role: roles };
      expect(closed[label]).toEqual(expect.arrayContaining(values.split('|')));
    }
  });

  test('each alert says how much it matters and what it means', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect(['page', 'look', 'know'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/\.$/);
    }
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  test('docs/operations.md says for each alert what to do', () => {
    const told = allOf(read('docs/operations.md'), /^\| `(Todoke\w+)`/gm);
    expect(told.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  test('every role is scraped at its operators’ port', () => {
    const [{ dns_sd_configs: found }] = prometheus.scrape_configs.filter(({ job_name }: any) => job_name === 'todoke');
    expect(found).toEqual([{ names: [...roles], type: 'A', port: 9090, refresh_interval: '15s' }]);
    expect(prometheus.rule_files).toEqual(['/etc/prometheus/alerts.yml']);
    expect(compose.services.prometheus.volumes).toContain('./alerts.yml:/etc/prometheus/alerts.yml:ro');
  });

  test('the dashboard asks the datasource that is provided', () => {
    const [{ uid }] = yaml(read('docker/grafana/datasource.yml')).datasources;
    expect(panels.length).toBeGreaterThan(15);
    expect(panels.filter(({ datasource }) => datasource.uid !== uid)).toEqual([]);
    const [{ options }] = yaml(read('docker/grafana/dashboards.yml')).providers;
    expect(compose.services.grafana.volumes).toContain(`./grafana/todoke.json:${options.path}/todoke.json:ro`);
    expect(readdirSync('docker/grafana').toSorted()).toEqual(['dashboards.yml', 'datasource.yml', 'todoke.json']);
  });
});

/** `90s`, `12m` to milliseconds. */
function milliseconds(duration: string): number {
  const [, amount = '', unit = ''] = /^(\d+)(s|m)$/.exec(duration) ?? [];
  return Number(amount) * ({ s: 1_000, m: 60_000 }[unit] ?? Number.NaN);
}

/** Every name that may stand in a question to Prometheus, with its labels. */
async function labelsOfMetrics(): Promise<Map<string, Set<string>>> {
  const zeros = (names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, 0]));
  const metrics = createMetrics(() =>
    Promise.resolve({
      letters: zeros(letterStates),
      oldestAge: zeros(letterStates),
      channels: zeros(channelModes),
      sitePaused: false,
    }),
  );
  metrics.signature('accepted');
  metrics.attempt('accepted');
  metrics.outcome({ class: 'rate', attribution: 'passing' });
  metrics.returnedMail('stored');
  metrics.channelSwitch({ from: 'mail', to: 'hand' });
  metrics.stages({ dot: 1 });
  metrics.petition('sealed');
  metrics.stepFailed('sweep-overdue');
  const text = await metrics.text();
  const names = ['up', ...allOf(text, /^# TYPE (\w+) (?:counter|gauge)$/gm)];
  const known = new Map(names.map((name): [string, Set<string>] => [name, new Set()]));
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm))
    known.set(name, new Set([...(known.get(name) ?? []), ...allOf(labels, /(\w+)="/g)]));
  return known;
}
