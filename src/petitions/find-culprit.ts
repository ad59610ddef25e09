/** Finds the one name that a volume cannot be typeset with, by halving, so that staff hear its number and nobody has to try ten thousand. */
import type { PetitionName } from './petition-sheet.ts';

/** A name that no sheet can stumble over. */
const harmless = 'A';

/**
 * The number of a name that `fails` whenever it is among those tried; undefined when none does alone, as when the
 * sheet itself is broken or the names are simply too many. Tries twice the logarithm of the names at most.
 */
export async function findCulprit(
  names: readonly PetitionName[],
  fails: (some: PetitionName[]) => Promise<boolean>,
): Promise<number | undefined> {
  if (await fails(names.slice(0, 1).map((name) => ({ ...name, name: harmless })))) return undefined;
  let suspects = [...names];
  while (suspects.length > 1) {
    const middle = Math.ceil(suspects.length / 2);
    const [first, second] = [suspects.slice(0, middle), suspects.slice(middle)];
    if (await fails(first)) suspects = first;
    else if (await fails(second)) suspects = second;
    else return undefined;
  }
  return suspects[0]?.number;
}
