/** Long lists in pages by the id of their last row, so that a page costs the same however far back it lies. */
import type { Request } from 'express';
import { idPattern } from '../../ids.ts';

export const rowsAPage = 50;

/** The id after which a page of a falling list begins (`?before=`), or undefined at its start. */
export function beforeOf({ query }: Pick<Request, 'query'>): string | undefined {
  const before = query['before'];
  return typeof before === 'string' && idPattern.test(before) ? before : undefined;
}

export interface Paged<Row> {
  rows: readonly Row[];
  /** Links for the template `paging`; undefined where there is nothing to go to. */
  older: string | undefined;
  newest: string | undefined;
}

/** Cuts what was read, one row more than a page has, and makes the links that keep the other questions. */
export function pageOf<Row extends { id: string }>(
  found: readonly Row[],
  request: Pick<Request, 'query' | 'path'>,
  path: string,
): Paged<Row> {
  const rows = found.slice(0, rowsAPage);
  const last = found.length > rowsAPage ? rows.at(-1) : undefined;
  const link = (before: string | undefined): string => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query))
      if (name !== 'before' && typeof value === 'string' && value !== '') search.set(name, value);
    if (before !== undefined) search.set('before', before);
    return search.size === 0 ? path : `${path}?${search.toString()}`;
  };
  return {
    rows,
    older: last && link(last.id),
    newest: beforeOf(request) === undefined ? undefined : link(undefined),
  };
}
