/** The variables of signing in by OpenID Connect. */
import { z } from 'zod';

export const openIdVariables = {
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Issuer of the OpenID Connect provider that staff may sign in with, `https://…` as its discovery document says it. Needs `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`; the redirect address to enter there is `ORIGIN/console/open-id/back`.',
    ),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe('Our client id at that provider.'),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('Our client secret at that provider.'),
};

type OpenIdConfig = z.output<z.ZodObject<typeof openIdVariables>>;

/** What no variable shows alone. */
export function openIdProblems(config: OpenIdConfig): string[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret } = config;
  const problems: string[] = [];
  if (new Set([issuer, clientId, secret].map((value) => value === undefined)).size > 1)
    problems.push('OIDC_ISSUER: set it together with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of the three');
  if (issuer !== undefined && !isSafe(new URL(issuer)))
    problems.push('OIDC_ISSUER: use https://, since the identity of staff is read from there');
  return problems;
}

/** Plain HTTP only within this machine, for rehearsals. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
}
