/** Staff accounts: who may sign in to the console, and with what. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { id, instant, json, longText, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import type { StaffRole } from './roles.ts';

export interface Staff {
  id: string;
  /** Lower-case and shaped like a mail address; nothing is ever sent to it. */
  login: string;
  name: string;
  role: StaffRole;
  /** Language of the console; null as long as nobody chose one. */
  language: string | null;
  /** As `hashPassword` makes it; null until the invitation is taken up. */
  password: string | null;
  /** Sealed with the key ring; null without a second factor. */
  totpSecret: string | null;
  /** The newest time step whose code was used: no code counts twice (RFC 6238 §5.2). */
  totpStep: number;
  /** Hashes of the recovery codes that are left. */
  recoveryCodes: readonly string[];
  /** Issuer and subject of the identity that signs in by OpenID Connect, hashed. */
  identity: string | null;
  invitation: string | null;
  invitedUntil: Instant | null;
  createdAt: Instant;
  disabledAt: Instant | null;
}

export const staffTable = new EntitySchema<Staff>({
  name: 'staff',
  columns: {
    id: primary(id),
    login: word(190),
    name: word(80),
    role: word(12),
    language: optional(word(20)),
    password: optional(word(200)),
    totpSecret: optional(word(200)),
    totpStep: instant,
    recoveryCodes: { ...json, ...longText },
    identity: optional(word(43)),
    invitation: optional(word(43)),
    invitedUntil: optional(instant),
    createdAt: instant,
    disabledAt: optional(instant),
  },
});

/** An account, held until the commit. Throws `not-found`. */
export async function holdStaff(transaction: Transaction, staffId: string): Promise<Staff> {
  const staff = await transaction.findOne(staffTable, { where: { id: staffId }, ...locked(transaction) });
  if (!staff) throw new AppError('not-found', 'There is no such account.');
  return staff;
}
