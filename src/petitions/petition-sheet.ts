/** What goes on paper: the cover letters, the facts of the petition, and names. There is no room here for anything else about a signer. */

export interface PetitionName {
  /** Place in the petition, from 1, the same in the PDF, the CSV and the database. */
  number: number;
  /** The name as the signer wrote it. */
  name: string;
  /** BCP 47 tag of the language the signer used: decides which form of a Han character is printed. */
  language: string;
}

/** The small words on the sheet, in the language of a cover letter. */
export interface SheetLabels {
  petition: string;
  names: string;
  page: string;
  volume: string;
  date: string;
  digest: string;
  period: string;
  /** Stands between a number and the total, as in "page 3 of 12". */
  of: string;
  receivedBy: string;
  receivedDate: string;
  stamp: string;
  campaigns: string;
  /** What the square code holds. */
  code: string;
  receiptTitle: string;
}

export interface CoverLetter {
  language: string;
  direction: 'ltr' | 'rtl';
  title: string;
  salutation: string;
  /** Plain text, placeholders already filled. */
  paragraphs: string[];
  organisation: string;
  /** The period of the campaign in words. */
  period: string;
  /** One sentence about names that were left out, when there are any. */
  withheldNote?: string;
  /** What the office confirms on the last page. */
  received: string;
  /** What was signed, when it is more than one campaign; the count written out. */
  campaigns: { title: string; count: string }[];
  labels: SheetLabels;
}

export interface PetitionSheet {
  /** `2026-0001` */
  number: string;
  /** One in each language of the campaign; the first one's language leads the whole sheet. */
  covers: CoverLetter[];
  /** Name of the office in the first language. */
  target: string;
  /** Names in all volumes together. */
  count: number;
  volumes: number;
  /** `YYYY-MM-DD` */
  date: string;
  /** Hex SHA-256 of the canonical list, see `names-digest.ts`. */
  digest: string;
  paper: 'a4' | 'us-letter';
  /** Whether a letter of names is made beside each volume. */
  namesLetter?: boolean;
  /** A layout of the campaign's own in place of `templates/petition.typ`; `file` is its name in the campaign's folder. */
  layout?: { file: string; text: string };
}
