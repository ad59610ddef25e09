/** Names of campaigns, targets and staff as pages about petitions show them. */
import { inLanguage } from '../../../campaigns/campaign-book.ts';
import { namesOfStaff } from '../../../staff/read-events.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';

/** The name of a target in the language of the visit; its id when no campaign has it any more. */
export function targetName({ book }: ConsoleNeeds, visit: StaffVisit, id: string): string {
  const target = book.target(id);
  return target ? inLanguage(target.name, visit.language) : id;
}

/** The title of a campaign; its slug when it is no longer installed. */
export function campaignTitle({ book }: ConsoleNeeds, visit: StaffVisit, slug: string): string {
  const pages = Object.entries(book.find(slug)?.page ?? {}).map(([tag, { title }]) => [tag, title] as const);
  return inLanguage(Object.fromEntries(pages), visit.language) || slug;
}

/** Who did something: the name of an account by its id, and what is no id – a key, a schedule – as it is. */
export async function actorNames(
  { database }: ConsoleNeeds,
  actors: readonly (string | null)[],
): Promise<(actor: string) => string> {
  const ids = actors.filter((actor) => actor !== null);
  const names = await namesOfStaff(database, ids);
  return (actor) => names.get(actor) ?? actor;
}
