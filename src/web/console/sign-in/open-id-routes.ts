/** The way to the OpenID provider and back. */
import { AppError, asError } from '../../../errors.ts';
import { createOpenId, type OpenIdChoice } from '../../../staff/open-id.ts';
import { signInByIdentity } from '../../../staff/sign-in-by-identity.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleFrame } from '../console-frame.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { localPath } from '../same-origin.ts';

/** The provider of the configuration, if there is one. */
export function openIdChoice({ config }: Pick<ConsoleNeeds, 'config'>): OpenIdChoice | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = config;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret };
}

export function openIdRoutes(door: Door, needs: ConsoleNeeds, frame: ConsoleFrame): void {
  const choice = openIdChoice(needs);
  if (!choice) return;
  const redirect = (): string => `${needs.origin()}/console/open-id/back`;
  const openId = createOpenId(needs, choice, redirect);

  // A link and no form: the policy lets forms lead to our own pages only.
  door.open('GET', '/open-id', async ({ request, response }) => {
    const { url, sealed } = await openId.start(localPath(request.query['next']));
    frame.cookies.write(response, 'open-id', sealed);
    response.redirect(303, url);
  });

  door.open('GET', '/open-id/back', async (visit) => {
    const { request, response } = visit;
    const sealed = frame.cookies.read(request, 'open-id');
    frame.cookies.clear(response, 'open-id');
    const back = new URL(redirect());
    back.search = new URL(request.originalUrl, back).search;
    try {
      const who = await openId.finish(back, sealed);
      const agent = request.get('user-agent') ?? '';
      const end = await signInByIdentity({ ...needs, tried: needs.metrics.signIn }, who, agent);
      if (end.kind !== 'in' && end.kind !== 'half')
        return response.redirect(303, '/console/sign-in?said=open-id-unknown');
      visit.begin(end.token);
      const next = localPath(who.next);
      response.redirect(303, end.kind === 'in' ? next : `/console/sign-in/code?next=${encodeURIComponent(next)}`);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'forbidden') throw thrown;
      needs.metrics.signIn('refused');
      needs.log.warn({ reason: asError(thrown.cause).message }, 'a sign-in by OpenID was refused');
      response.redirect(303, '/console/sign-in?said=open-id-failed');
    }
  });
}
