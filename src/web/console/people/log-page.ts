/** The audit log: who did what, on what, when and why. */
import { idPattern } from '../../../ids.ts';
import { namesOfStaff, readEvents } from '../../../staff/read-events.ts';
import { staffTable } from '../../../staff/staff-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { beforeOf, pageOf, rowsAPage } from '../paging.ts';
import { peopleWords } from './people-words.ts';

export function logRoute(door: Door, { database }: ConsoleNeeds): void {
  door.get('/people/log', 'people', async (visit) => {
    const { request } = visit;
    const words = visit.words(peopleWords);
    const asked = (name: string, shape: RegExp): string | undefined => {
      const value = request.query[name];
      return typeof value === 'string' && shape.test(value) ? value : undefined;
    };
    const actor = asked('who', /^[0-9a-v]{16}$|^cli$|^key:[0-9a-v]{16}$/);
    const subject = asked('on', /^[\w:@.-]{1,90}$/);
    const found = await readEvents(database, { actor, subject, before: beforeOf(request), most: rowsAPage + 1 });
    const paged = pageOf(found, request, '/console/people/log');
    const ids = paged.rows.flatMap((row) => [row.actor, row.subject]).filter((id) => idPattern.test(id));
    const names = await namesOfStaff(database, ids);
    const nameOf = (id: string): string =>
      names.get(id) ?? (id === 'cli' ? words.log.cli : id.replace(/^key:/, `${words.log.key} `));
    const people = await database.read.find(staffTable, { order: { name: 'ASC' } });
    visit.show('log', {
      title: words.log.title,
      words,
      paged,
      actor,
      subject,
      people: [
        { value: '', text: words.log.everybody },
        ...people.map(({ id, name }) => ({ value: id, text: name })),
        { value: 'cli', text: words.log.cli },
      ],
      rows: paged.rows.map((row) => ({
        ...row,
        at: visit.moment(row.at),
        who: nameOf(row.actor),
        on: nameOf(row.subject),
        isPerson: names.has(row.subject),
      })),
    });
  });
}
