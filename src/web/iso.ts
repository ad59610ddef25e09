/** Instants as the API writes them. */
import type { Instant } from '../clock.ts';

/** RFC 3339 in UTC. */
export function iso(at: Instant): string {
  return new Date(at).toISOString();
}
