/** `todoke staff add|list|reset|disable`: accounts of the console. The first admin is made here and nowhere else. */
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { inviteStaff, resetStaff, setDisabled, type ChangeNeeds } from '../staff/change-staff.ts';
import type { StaffRole } from '../staff/roles.ts';
import { normalLogin } from '../staff/sign-in.ts';
import { staffTable, type Staff } from '../staff/staff-table.ts';
import type { Database } from '../storage/database.ts';
import { createTerminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function addStaff(wanted: { login: string; name: string; role: StaffRole }): Promise<void> {
  await withDatabase(async (database, config) => {
    const { token } = await inviteStaff(needs(database), 'cli', wanted);
    printInvitation(config, token);
  });
}

export async function resetByLogin(login: string): Promise<void> {
  await withDatabase(async (database, config) => {
    const { token } = await resetStaff(needs(database), 'cli', (await byLogin(database, login)).id);
    printInvitation(config, token);
  });
}

export async function disableByLogin(login: string): Promise<void> {
  await withDatabase(async (database) => {
    const { id } = await byLogin(database, login);
    await setDisabled(needs(database), 'cli', { staffId: id, disabled: true });
    createTerminal().line('The account is disabled, and its sessions are over.');
  });
}

export async function listStaff(): Promise<void> {
  const people = await withDatabase((database) => database.read.find(staffTable, { order: { login: 'ASC' } }));
  const terminal = createTerminal();
  for (const staff of people) {
    const state = staff.disabledAt !== null ? 'disabled' : staff.invitedUntil !== null ? 'invited' : 'active';
    const factor = staff.totpSecret === null ? '' : '  second factor';
    terminal.line(`${staff.login}  ${staff.role}  ${state}${factor}  ${staff.name}`);
  }
  if (people.length === 0) terminal.line('There is no account yet: `todoke staff add --role admin …` makes the first.');
}

function needs(database: Database): ChangeNeeds {
  return { database, clock: systemClock };
}

async function byLogin(database: Database, login: string): Promise<Staff> {
  const staff = await database.read.findOneBy(staffTable, { login: normalLogin(login) });
  if (!staff) throw new AppError('not-found', 'There is no account with this login: `todoke staff list` shows all.');
  return staff;
}

/** The link alone goes to standard output, so that it can be piped to where it is needed. */
function printInvitation({ ORIGIN, HOST, PORT }: Config, token: string): void {
  createTerminal().line(`${ORIGIN ?? `http://${HOST}:${PORT}`}/console/invitation/${token}`);
  createTerminal(process.stderr).line(
    'This link sets the password. It works once, for three days, and is not shown again.',
  );
}
