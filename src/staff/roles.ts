/** Who may do what on the console: the one table that says it. */

/** In the order of what they may do. */
export const staffRoles = ['viewer', 'campaigner', 'deliverer', 'admin'] as const;
export type StaffRole = (typeof staffRoles)[number];

/**
 * `read`: numbers, states, channels with their evidence, nothing that names a signer. `names`: the names that stand
 * or wait to stand on paper. `personal`: who a signer is, found by exact address, own words, answers of people.
 * `campaigns`: texts, period, sources and their keys. `deliver`: the weed list, petitions, hand-ins. `channels`:
 * override, pause, pace, mailboxes, a letter moved by hand. `people`: staff and the audit log.
 */
export const permissions = ['read', 'names', 'personal', 'campaigns', 'deliver', 'channels', 'people'] as const;
export type Permission = (typeof permissions)[number];

const granted: Readonly<Record<StaffRole, readonly Permission[]>> = {
  viewer: ['read'],
  campaigner: ['read', 'personal', 'campaigns'],
  deliverer: ['read', 'names', 'deliver', 'channels'],
  admin: permissions,
};

export function may(role: StaffRole, permission: Permission): boolean {
  return granted[role].includes(permission);
}
