/** What a file of tests on the distributed engines does at its end. */
import { afterAll } from 'vitest';
import { dropKept } from './engines.ts';

afterAll(dropKept);
