/** The text a route names, and the files with what a form says in its place. */
import type { Campaign } from '../../../campaigns/campaign.ts';
import {
  fieldsOf,
  fileOf,
  textFields,
  type TextKind,
  textFrom,
  textKinds,
} from '../../../campaigns/editing/text-fields.ts';
import type { Files } from '../../../campaigns/versions/versions.ts';
import { AppError } from '../../../errors.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { Form } from '../read-form.ts';
import type { StaffVisit } from '../visit.ts';
import { campaignOf } from './campaign-view.ts';

export interface EditedText {
  campaign: Campaign;
  kind: TextKind;
  language: string;
  /** Of its file. */
  name: string;
}

/** Throws `not-found` for a text or a language the campaign does not have. */
export function textOf(needs: Pick<ConsoleNeeds, 'book'>, visit: StaffVisit): EditedText {
  const campaign = campaignOf(needs, visit);
  const { kind: wanted, language: tag } = visit.request.params;
  const kind = textKinds.find((each) => each === wanted);
  const language = [...campaign.languages, ...campaign.preparing].find((each) => each === tag);
  if (kind === undefined || language === undefined) throw new AppError('not-found', 'There is no such text.');
  return { campaign, kind, language, name: fileOf(kind, language) };
}

/** The files with the fields of a form as this text. A field that was not sent stays as it is. */
export function changedText(files: Files, { kind, name }: EditedText, form: Form): Map<string, string> {
  const before = files.get(name) ?? '';
  const now = fieldsOf(kind, before);
  const fields = Object.fromEntries(textFields[kind].map((field) => [field, form[field] ?? now[field] ?? '']));
  return new Map(files).set(name, textFrom(kind, before, fields));
}
