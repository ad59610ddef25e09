/** Invented people who sign: as many as wanted, each with an address of its own. */

/** Mail domains they are spread over. */
export const mailDomains = 97;

/** The body of one signature event, as a front end would send it. */
export function signatureOf(n: number): string {
  return JSON.stringify({
    event_id: `bench-${n}`,
    name: `人権 守 ${n}`,
    email: `signer${n}@mail${n % mailDomains}.example`,
    phone: `03${String(n).padStart(8, '0')}`,
    language: 'ja',
    consents: { send: '2020-05-29', 'hand-over': '2020-05-29' },
  });
}
