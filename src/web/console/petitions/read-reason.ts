/** The reason that comes with what cannot be done without one. */
import { z } from 'zod';
import { readForm, type ReadForm } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';

const reasonForm = z.object({ reason: z.string('reason').trim().min(3, 'reason').max(300, 'long') });

export function readReason(visit: StaffVisit): ReadForm<{ reason: string }> {
  return readForm(visit.form, reasonForm, visit.frame.problems);
}
