/** Signing in by OpenID Connect (Core 1.0, code flow with PKCE): who the provider says somebody is. */
import * as client from 'openid-client';
import { minute, type Clock } from '../clock.ts';
import { AppError, asError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { hashOfToken } from './one-time-token.ts';
import { openSecret, sealSecret } from './seal-secret.ts';

export interface OpenIdChoice {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** Who came back from the provider. */
export interface Identity {
  /** Hash of issuer and subject, the only name that stays (Core §5.7). */
  identity: string;
  /** Only an address that the provider has verified. */
  email: string | undefined;
  /** Where to go on. */
  next: string;
}

export interface OpenId {
  /** The provider's page to go to, and what the browser must bring back, sealed. */
  start(next: string): Promise<{ url: string; sealed: string }>;
  /** Throws `forbidden` when the answer does not belong to what this browser started. */
  finish(back: URL, sealed: string | undefined): Promise<Identity>;
}

const patience = 10 * minute;
const owner = 'open-id';

interface Started {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  until: number;
}

export function createOpenId(
  { keys, clock }: { keys: KeyRing; clock: Clock },
  choice: OpenIdChoice,
  redirect: () => string,
): OpenId {
  let found: Promise<client.Configuration> | undefined;

  /** Asked for when it is first needed: a provider that is away must not keep todoke from starting. */
  async function provider(): Promise<client.Configuration> {
    found ??= discover(choice);
    try {
      return await found;
    } catch (cause) {
      found = undefined;
      throw new AppError('unavailable', 'The OpenID provider does not answer.', { retryAfter: 30, cause });
    }
  }

  return {
    async start(next) {
      const config = await provider();
      const started: Started = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        next,
        until: clock.now() + patience,
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect(),
        scope: 'openid email',
        state: started.state,
        nonce: started.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(started.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, sealed: sealSecret(keys, owner, Buffer.from(JSON.stringify(started))) };
    },

    async finish(back, sealed) {
      const config = await provider();
      const started = sealed === undefined ? undefined : open(keys, sealed);
      if (!started || clock.now() >= started.until) throw refused('nothing was started in this browser');
      try {
        const tokens = await client.authorizationCodeGrant(config, back, {
          pkceCodeVerifier: started.verifier,
          expectedState: started.state,
          expectedNonce: started.nonce,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error('there is no id_token');
        // Many providers tell the address only when asked for it (Core §5.4).
        const about =
          claims['email'] === undefined ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : claims;
        return {
          identity: hashOfToken(`${claims.iss} ${claims.sub}`),
          email: about['email_verified'] === true && typeof about['email'] === 'string' ? about['email'] : undefined,
          next: started.next,
        };
      } catch (thrown) {
        throw refused(asError(thrown).message);
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OpenIdChoice): Promise<client.Configuration> {
  const url = new URL(issuer);
  // The configuration allows plain HTTP within this machine only.
  const execute = url.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  return client.discovery(url, clientId, clientSecret, undefined, { execute, timeout: 10 });
}

function open(keys: KeyRing, sealed: string): Started | undefined {
  try {
    // Sealed by us a moment ago, so it has this shape.
    return JSON.parse(openSecret(keys, owner, sealed).toString()) as Started;
  } catch {
    return undefined;
  }
}

function refused(why: string): AppError {
  return new AppError('forbidden', 'The answer of the OpenID provider was not taken.', { cause: new Error(why) });
}
