/** Whether a report that came to the return path of one letter is about another one. */
import { idPattern } from '../ids.ts';
import type { Report } from './read-report.ts';

/**
 * True when the report names a letter of ours that is not this one: somebody moved a real report to another address,
 * and it must move neither letter. Relays replace Message-ID and envelope id; what has not our form says nothing. A
 * person may answer below any mail.
 */
export function speaksOfAnother(report: Report, letterId: string): boolean {
  if (report.kind === 'human-answer' || report.kind === 'auto-reply') return false;
  const named = [report.envelopeId, report.returnedMessageId?.split('@')[0]].map((name) => name?.toLowerCase() ?? '');
  return named.some((name) => idPattern.test(name) && name !== letterId);
}
