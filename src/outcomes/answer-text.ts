/** What a person wrote in an answer, as text: for staff who may read it. */
import PostalMime from 'postal-mime';
import { fromHtml } from './reading/part-text.ts';

export interface AnswerText {
  /** Name and address of who wrote it. */
  from: string;
  subject: string;
  /** Empty when it has none that can be shown. */
  text: string;
  /** Whether more was written than is shown. */
  isCut: boolean;
  /** What came along; it is not opened here. */
  attachments: number;
}

/** A person rarely writes more; the signer has the whole. */
const mostCharacters = 20_000;

/** Reads it. Never fails: what cannot be read is empty. */
export async function answerText(raw: Buffer): Promise<AnswerText> {
  const mail = await PostalMime.parse(raw).catch(() => undefined);
  const from = mail?.from;
  const written = (mail?.text ?? fromHtml(mail?.html ?? '')).replaceAll('\r\n', '\n').trim();
  return {
    from: [from?.name ?? '', from?.address ? `<${from.address}>` : ''].filter((part) => part !== '').join(' '),
    subject: mail?.subject ?? '',
    text: written.slice(0, mostCharacters),
    isCut: written.length > mostCharacters,
    attachments: mail?.attachments.length ?? 0,
  };
}
