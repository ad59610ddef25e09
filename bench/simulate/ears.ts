/** Reads what a simulated server says with the real rules; the same words are read once. */
import { classifyReply, type ReplyContext } from '../../src/outcomes/classify-reply.ts';
import { classifyReport } from '../../src/outcomes/classify-report.ts';
import type { Classification, Evidence } from '../../src/outcomes/outcome.ts';
import type { Said } from './world.ts';

export const ourDomain = 'todoke.example';
const known = new Map<string, Classification>();

export function understand(said: Said, identity: ReplyContext['identity'], signerDomain: string): Classification {
  const key = `${said.stage} ${said.code} ${identity} ${signerDomain} ${said.text}`;
  let found = known.get(key);
  if (!found) {
    const enhanced = /^[245]\.\d+\.\d+/.exec(said.text)?.[0];
    const evidence: Evidence = { stage: said.stage, code: said.code, enhanced, text: said.text };
    const context = { identity, senderDomain: ourDomain, signerDomain };
    found = said.stage === 'async' ? classifyReport({ evidence }, context) : classifyReply(evidence, context);
    known.set(key, found);
  }
  return found;
}
