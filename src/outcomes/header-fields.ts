/** The fields of a mail's header, as they stand there: enough to know whose it is, without reading the mail. */

/** A header larger than this is no report's. */
const headerLimit = 64 * 1024;

/** Values by name in lower case, in order; folded lines are joined as they are. */
export function headerFields(raw: Buffer): ReadonlyMap<string, readonly string[]> {
  const text = raw.subarray(0, headerLimit).toString('latin1').replaceAll('\r\n', '\n');
  const [head = ''] = text.split('\n\n', 1);
  const fields = new Map<string, string[]>();
  for (const field of head.split(/\n(?![ \t])/)) {
    const colon = field.indexOf(':');
    if (colon < 1) continue;
    const name = field.slice(0, colon).trim().toLowerCase();
    const values = fields.get(name) ?? [];
    values.push(field.slice(colon + 1).trim());
    fields.set(name, values);
  }
  return fields;
}
