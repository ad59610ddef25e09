/** Photos and scans that belong to a hand-in: a stamped receipt, the answer of the office. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, primary, word } from '../storage/columns.ts';

export interface HandInFile {
  id: string;
  handInId: string;
  petitionId: string;
  /** Its name with the files of the petition. */
  file: string;
  /** `image/jpeg` or `application/pdf`: what is stored, not what was sent. */
  type: string;
  bytes: number;
  /** Of what is stored, in hexadecimal. */
  sha256: string;
  addedAt: Instant;
  addedBy: string;
}

export const handInFileTable = new EntitySchema<HandInFile>({
  name: 'hand_in_file',
  columns: {
    id: primary(id),
    handInId: id,
    petitionId: id,
    file: word(120),
    type: word(40),
    bytes: count,
    sha256: word(64),
    addedAt: instant,
    addedBy: word(80),
  },
});
