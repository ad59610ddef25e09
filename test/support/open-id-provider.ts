/** A real OpenID provider on loopback. It asks nobody for a password: who goes there is whom the test says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface TestProvider {
  issuer: string;
  client: { id: string; secret: string };
  /** Makes the provider know where to send people back to; once the console's address is known. */
  serve(redirect: string): void;
  /** Who comes next. */
  person: { sub: string; email: string; email_verified: boolean };
  /** Goes where the console sent somebody, through the provider, and gives the address she is sent back to. */
  visit(url: string): Promise<string>;
  close(): Promise<void>;
}

export async function openIdProvider(): Promise<TestProvider> {
  let handle: ReturnType<Provider['callback']> | undefined;
  let provider: Provider | undefined;
  const client = { id: 'todoke', secret: 'a secret of the test and of nobody else' };
  const test = { person: { sub: 'somebody', email: 'nobody@office.example', email_verified: true } };

  const server = createServer((request, response) => {
    if (!provider || !request.url?.startsWith('/interaction/')) return void handle?.(request, response);
    const login = { accountId: test.person.sub };
    provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false }).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(test, {
    issuer,
    client,
    serve(redirect: string) {
      provider = new Provider(issuer, {
        clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect] }],
        claims: { openid: ['sub'], email: ['email', 'email_verified'] },
        cookies: { keys: ['of the test'] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
        findAccount: (_context, accountId) => ({ accountId, claims: () => ({ ...test.person, sub: accountId }) }),
        // Nobody is asked for consent.
        async loadExistingGrant({ oidc }) {
          const grant = new oidc.provider.Grant({
            accountId: oidc.session?.accountId ?? '',
            clientId: oidc.client?.clientId ?? '',
          });
          grant.addOIDCScope('openid email');
          await grant.save();
          return grant;
        },
      });
      handle = provider.callback();
    },
    async visit(start: string) {
      const cookies = new Map<string, string>();
      let url = start;
      while (url.startsWith(issuer)) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
        for (const set of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          cookies.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
        url = new URL(location, url).href;
      }
      return url;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
