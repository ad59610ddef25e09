/** A form that was sent with mistakes, on a page where several ask for a reason. */
import type { FieldProblem } from '../../../errors.ts';

export interface Wrong {
  /** Its name, which stands in front of its fields. */
  form: string;
  problems: readonly FieldProblem[];
}

/** What the page is shown with again. */
export function wrongIn(wrong: Wrong | undefined): { status?: number; problems?: FieldProblem[] } {
  if (!wrong) return {};
  const problems = wrong.problems.map(({ field, problem }) => ({ field: `${wrong.form}-${field}`, problem }));
  return { status: 422, problems };
}
