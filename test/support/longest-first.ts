/** The order of test files: those known to be long start first, so that no worker ends alone with one of them. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first; what is not named follows by the size of its file. On a tie the distributed engines are slower. */
const long = [
  'contract/queue',
  'distributed/roles',
  'e2e/petition-pages',
  'e2e/journey-over-real-mtas',
  'integration/take-back',
  'integration/webhooks',
  'integration/promise',
  'e2e/letter-pages',
  'e2e/demo',
  'integration/channel',
  'integration/holds',
  'integration/crash',
  'integration/answers',
  'integration/road',
  'e2e/target-pages',
  'integration/pages',
  'e2e/letter-on-the-wire',
  'e2e/pages-in-a-browser',
  'e2e/readme',
  'contract/storage',
  'integration/embassy',
  'integration/returned-mail',
  'integration/typeset-volume',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) =>
        one.project.config.sequence.groupOrder - other.project.config.sequence.groupOrder ||
        rank(one.moduleId) - rank(other.moduleId) ||
        Number(other.project.name === 'distributed') - Number(one.project.name === 'distributed'),
    );
  }
}

function rank(file: string): number {
  const place = long.indexOf(relative('test', file).replace(/\.test\.ts$/, ''));
  return place < 0 ? long.length : place;
}
