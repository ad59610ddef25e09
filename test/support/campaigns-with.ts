/** The sample campaign in a folder of its own, with other sender settings. */
import { campaignsChanged } from './campaigns-changed.ts';

/** Gives a campaigns folder in which `sender` holds these settings besides its address. */
export function campaignsWith(sender: { identity: 'reply-to' | 'from'; allowUnenforcedDomains?: boolean }): string {
  return campaignsChanged((document) => {
    for (const [name, value] of Object.entries(sender)) document.setIn(['sender', name], value);
  });
}
