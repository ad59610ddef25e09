/** The form under a letter: what was typed into it, and how it is shown again when something is to mend. */
import { randomUUID } from 'node:crypto';
import { type Campaign, consentIds, type ConsentText } from '../../campaigns/campaign.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import type { Words } from '../../campaigns/words.ts';
import type { FieldProblem } from '../../errors.ts';
import type { Puzzle } from '../../intake/proof-of-work.ts';
import type { SignatureInput } from '../../intake/signature.ts';

const typedFields = ['name', 'email', 'phone', 'message'] as const;
/** A field no person sees and no browser fills in by itself, since its name means nothing. */
const trapField = 'extra_words';
type TypedField = (typeof typedFields)[number];

/** What was sent: as typed, nothing checked but that each is one text. */
export interface FilledForm extends Record<TypedField, string> {
  language: string;
  /** Versions of the texts agreed to. */
  consents: Partial<Record<ConsentText['id'], string>>;
  eventId: string | undefined;
  /** Written into the field that people do not see. */
  trap: string;
  /** The browser's proof of work, or the answer of somebody without script. */
  proof: string;
  answer: string;
}

/** Reads a parsed `application/x-www-form-urlencoded` body; of a field that came twice the first counts. */
export function readForm(body: unknown): FilledForm {
  const fields = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}));
  const text = (field: string): string => {
    const value: unknown = [fields.get(field)].flat()[0];
    return typeof value === 'string' ? value : '';
  };
  const eventId = text('event_id').trim();
  return {
    name: text('name'),
    email: text('email'),
    phone: text('phone'),
    message: text('message'),
    language: text('language'),
    consents: Object.fromEntries(
      consentIds.map((id) => [id, text(`consent_${id}`)]).filter(([, version]) => version !== ''),
    ),
    eventId: eventId === '' || eventId.length > 200 ? undefined : eventId,
    trap: text(trapField),
    proof: text('proof'),
    answer: text('answer'),
  };
}

export function emptyForm(): FilledForm {
  return readForm({});
}

/** The form as the intake reads it. */
export function signatureOf(form: FilledForm): SignatureInput {
  const { eventId, trap: _trap, proof: _proof, answer: _answer, ...input } = form;
  return { ...input, ...(eventId === undefined ? {} : { event_id: eventId }) };
}

interface Complaint {
  text: string;
  /** The intake's own sentence, for what the words do not foresee. */
  english: string | undefined;
}

export interface FormView {
  action: string;
  eventId: string;
  language: string;
  fields: Record<TypedField, { value: string; hint: string; complaint: Complaint | undefined }>;
  consents: readonly (Pick<ConsentText, 'id' | 'version' | 'required'> & {
    field: string;
    versionWords: string;
    text: string;
    given: boolean;
    complaint: Complaint | undefined;
  })[];
  /** Every complaint once, with the place it is about. */
  complaints: readonly (Complaint & {
    place: string;
    /** How a consent begins, to tell its complaint from that of another. */
    about: string | undefined;
  })[];
  notice: string | undefined;
  /** Not shown again to whoever filled it. */
  trap: string | undefined;
  puzzle: (Pick<Puzzle, 'challenge'> & { question: string; complaint: Complaint | undefined }) | undefined;
}

/** The form with what was typed into it. `notice` stands above it. */
export function formView(
  facts: { campaign: Campaign; language: string; words: Words; puzzle: Puzzle | undefined },
  form: FilledForm,
  problems: readonly FieldProblem[],
  notice: string | undefined,
): FormView {
  const { campaign, language, words, puzzle } = facts;
  const complaints = new Map(
    problems.map((problem) => [
      problem.field.replace(/^consents\./, 'consent_'),
      complaintOf(problem, form, { campaign, words }),
    ]),
  );
  const { hints } = campaign.page[language] ?? { hints: { name: '', email: '', phone: '', message: '' } };
  const field = (name: TypedField): FormView['fields'][TypedField] => ({
    value: form[name],
    hint: hints[name],
    complaint: complaints.get(name),
  });
  const consents = campaign.consents.map((consent) => ({
    id: consent.id,
    field: `consent_${consent.id}`,
    version: consent.version,
    versionWords: fillVariables(words.form.version, () => consent.version),
    required: consent.required,
    text: consent.text[language] ?? '',
    given: form.consents[consent.id] === consent.version,
    complaint: complaints.get(`consent_${consent.id}`),
  }));
  const places = new Set<string>([...typedFields, 'answer', ...consents.map((consent) => consent.field)]);
  return {
    action: `/actions/${campaign.slug}/sign`,
    // Sent with the form, so that a double click is one signature.
    eventId: form.eventId ?? randomUUID(),
    language,
    fields: { name: field('name'), email: field('email'), phone: field('phone'), message: field('message') },
    consents,
    complaints: [...complaints].map(([place, complaint]) => ({
      ...complaint,
      about: beginningOf(consents.find((consent) => consent.field === place)?.text),
      place: places.has(place) ? place : place === 'language' ? 'letter' : 'sign',
    })),
    notice,
    trap: form.trap === '' ? trapField : undefined,
    puzzle: puzzle && {
      challenge: puzzle.challenge,
      question: fillVariables(words.form.answer, (name) => String(puzzle.sum[name === 'one' ? 0 : 1])),
      complaint: complaints.get('answer'),
    },
  };
}

function beginningOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  // A pair of surrogates is not cut in two.
  return text.length <= 40 ? text : `${text.slice(0, 40).replace(/[\ud800-\udbff]$/, '')}…`;
}

function complaintOf(
  { field, problem }: FieldProblem,
  form: FilledForm,
  { campaign, words }: { campaign: Campaign; words: Words },
): Complaint {
  const known = (key: keyof Words['problems']): Complaint => ({ text: words.problems[key], english: undefined });
  switch (field) {
    case 'name':
    case 'email':
      return known(form[field].trim() === '' ? `${field}-empty` : field);
    case 'phone':
    case 'message':
    case 'language':
    case 'answer':
      return known(field);
  }
  const consent = consentIds.find((id) => field === `consents.${id}`);
  if (consent === undefined) return { text: words.problems.other, english: problem };
  if (form.consents[consent] === undefined) return known('consent');
  return known(campaign.consents.some(({ id }) => id === consent) ? 'consent-changed' : 'consent-unknown');
}
