/** Style and script of the console; their addresses change with their contents, so that browsers may keep them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Router } from 'express';

const files = { 'console.css': 'css', 'console.js': 'js' } as const;
type AssetName = keyof typeof files;

export interface Assets {
  router: Router;
  /** Address with the version in it. */
  address(name: AssetName): string;
}

export function createAssets(): Assets {
  const router = Router({ caseSensitive: true });
  const versions = new Map<string, string>();
  for (const [name, type] of Object.entries(files)) {
    const text = readFileSync(new URL(`../../../templates/console/${name}`, import.meta.url), 'utf8');
    const version = createHash('sha256').update(text).digest('hex').slice(0, 8);
    versions.set(name, version);
    router.get(`/${name}`, (request, response) => {
      const keep = request.query['v'] === version ? 'public, max-age=31536000, immutable' : 'public, max-age=300';
      response.type(type).set('Cache-Control', keep).send(text);
    });
  }
  return { router, address: (name) => `/console/${name}?v=${versions.get(name) ?? ''}` };
}
