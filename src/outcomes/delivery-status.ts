/** The fields of a delivery status (RFC 3464) or feedback report (RFC 5965): blocks of header-like lines. */
import { parseQuotedReply, replyTextLimit } from '../outbox/smtp-reply.ts';
import type { Evidence } from './outcome.ts';

/** What one recipient block of a report says. */
export interface ReportedRecipient {
  /** The address as the report names it; the original one where both stand there. */
  address: string | undefined;
  /** `failed`, `delayed`, `delivered`, `relayed` or `expanded`; from the status where no action is given. */
  action: ReportAction | undefined;
  /** The `Status` field, such as `5.1.1`. */
  status: string | undefined;
  evidence: Evidence;
  /** Host that said it. */
  remoteMta: string | undefined;
  /** What else the reporter wrote: asked when the evidence alone says little. */
  readonly more?: string;
}

type ReportAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** One block: field names in lower case, each with its values in order. */
export type FieldBlock = ReadonlyMap<string, readonly string[]>;

/** More recipients than this in one report are not ours: a letter has one. */
const mostBlocks = 200;

/** Splits the text of a report part into its blocks. A second recipient inside a block starts a block of its own. */
export function readBlocks(text: string): FieldBlock[] {
  const blocks: Map<string, string[]>[] = [];
  let block: Map<string, string[]> | undefined;
  let values: string[] | undefined;
  const lines = text.split(/\r\n|\r|\n/);
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') {
      block = undefined;
      values = undefined;
      continue;
    }
    if (/^[ \t]/.test(line) && values) {
      values.push(`${values.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    const name = fieldName(line);
    if (name === undefined) continue;
    if (!block || startsRecipient(name, block, line, lines[at + 1] ?? '')) {
      if (blocks.length >= mostBlocks) break;
      block = new Map();
      blocks.push(block);
    }
    values = block.get(name) ?? [];
    values.push(line.slice(line.indexOf(':') + 1).trim());
    block.set(name, values);
  }
  return blocks;
}

function fieldName(line: string): string | undefined {
  const colon = line.indexOf(':');
  return colon < 1 || colon > 60 ? undefined : line.slice(0, colon).trim().toLowerCase();
}

/**
 * Reporters that forget the blank line between recipients still repeat a field. RFC 3464 puts Original-Recipient
 * before Final-Recipient, others after it or last: it opens a block only in front of another Final-Recipient, and
 * not when it names the recipient of the block.
 */
function startsRecipient(name: string, block: FieldBlock, line: string, nextLine: string): boolean {
  if (name === 'final-recipient' || name === 'action' || name === 'status') return block.has(name);
  if (name !== 'original-recipient') return false;
  const final = addressIn(plainField(block, 'final-recipient'))?.toLowerCase();
  const opensNext = final !== undefined && fieldName(nextLine) === 'final-recipient';
  return block.has(name) || (opensNext && !line.toLowerCase().includes(final));
}

/** First value of a field, without an address or diagnostic type such as `rfc822;`. */
export function plainField(block: FieldBlock, name: string): string | undefined {
  const value = block.get(name)?.[0];
  if (value === undefined) return undefined;
  const plain = value.replace(/^[a-z0-9_-]{1,30}\s?;\s?/i, '').trim();
  return plain === '' ? undefined : plain;
}

const recipientFields = ['final-recipient', 'original-recipient', 'action', 'status', 'diagnostic-code'];

/** Reads one recipient block, or gives undefined for a block about the message as a whole. */
export function readRecipient(block: FieldBlock): ReportedRecipient | undefined {
  if (!recipientFields.some((name) => block.has(name))) return undefined;
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(block.get('status')?.[0] ?? '')?.[0];
  const said = parseQuotedReply(plainField(block, 'diagnostic-code') ?? '', 'dot');
  // The server's own words beat the reporter's summary of them, which is often a mere 5.0.0.
  const summary = said.code !== undefined && status?.endsWith('.0.0') ? undefined : status;
  const evidence: Evidence = { ...said, stage: 'async', enhanced: said.enhanced ?? summary };
  const action = readAction(block.get('action')?.[0]) ?? actionOf(status, said.code);
  // Some gateways quote the 250 of an earlier hop in a failure.
  if (action === 'failed' && String(evidence.code ?? '').startsWith('2')) evidence.code = undefined;
  if (action === 'failed' && evidence.enhanced?.startsWith('2')) evidence.enhanced = undefined;
  return {
    address: addressIn(plainField(block, 'original-recipient')) ?? addressIn(plainField(block, 'final-recipient')),
    action,
    status,
    evidence,
    remoteMta: plainField(block, 'remote-mta')?.slice(0, 255),
  };
}

/** The address in a field, which may stand in angle brackets or behind a display name. */
export function addressIn(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : /[^\s<>"';,:]{1,64}@[^\s<>"';,]{1,255}/.exec(text.slice(0, replyTextLimit))?.[0];
}

function readAction(value: string | undefined): ReportAction | undefined {
  const word = value?.trim().toLowerCase() ?? '';
  if (/^(?:fail|error|expired|undeliver)/.test(word)) return 'failed';
  if (/^(?:delay|defer)/.test(word)) return 'delayed';
  if (word.startsWith('delivered')) return 'delivered';
  if (word.startsWith('relay')) return 'relayed';
  return word.startsWith('expand') ? 'expanded' : undefined;
}

function actionOf(status: string | undefined, code: number | undefined): ReportAction | undefined {
  const first = status?.charAt(0) ?? String(code ?? '').charAt(0);
  return first === '5' ? 'failed' : first === '4' ? 'delayed' : first === '2' ? 'delivered' : undefined;
}
