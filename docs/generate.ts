/** Writes `docs/configuration.md` from the schema that checks the environment: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { environment } from '../src/config.ts';

const head = `# Configuration

<!-- Written by \`npm run docs\` from src/config.ts. A change made here is lost, and a test notices. -->

todoke reads its environment once, at the start, and nothing else. Every variable has a default that works on a laptop. A wrong value stops the start with one line for each mistake, without repeating the value, since it may be a secret. An empty value counts as none.

A duration is a number and a unit: \`500ms\`, \`30s\`, \`5m\`, \`48h\`, \`5d\`.

| variable | default | meaning |
| --- | --- | --- |
`;

/** The page as it should stand in the file. */
export function configurationPage(): string {
  const { properties = {} } = z.toJSONSchema(environment, { io: 'input' });
  const rows = Object.entries(properties).map(([name, schema]) => {
    const { default: preset, description = '' } = z
      .object({ default: z.string().optional(), description: z.string().optional() })
      .parse(schema);
    return `| \`${name}\` | ${preset === undefined ? '–' : `\`${preset}\``} | ${description.replaceAll('|', '\\|')} |\n`;
  });
  return head + rows.join('');
}

if (import.meta.main) await writeFile(join(import.meta.dirname, 'configuration.md'), configurationPage());
