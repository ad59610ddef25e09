/** Every run of every world has a seed of its own, whatever other worlds there are. */

export function seedOf(seed: number, world: string, run: number): number {
  let mixed = seed;
  for (const letter of world) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return mixed + run * 7_919;
}
