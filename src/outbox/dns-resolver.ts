/** Questions to the DNS, with "there is none" told apart from "we could not find out". */
import { Resolver } from 'node:dns/promises';

export interface DnsResolver {
  /** The TXT records of a name; none is an empty list. Throws when the DNS did not answer. */
  resolveTxt(name: string): Promise<string[][]>;
  /** Whether the name exists, with records of any type. Throws when the DNS did not answer. */
  domainExists(name: string): Promise<boolean>;
  /** Ends the questions that are still open; they throw. */
  close(): void;
}

export interface DnsResolverOptions {
  /** Milliseconds for one try. */
  timeout?: number;
  /** `address` or `address:port` of the servers to ask instead of the system's. */
  servers?: readonly string[];
}

/** Each question gets 5 seconds and one retry. */
export function createDnsResolver({ timeout = 5_000, servers }: DnsResolverOptions = {}): DnsResolver {
  const resolver = new Resolver({ timeout, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);

  return {
    async resolveTxt(name) {
      try {
        return await resolver.resolveTxt(name);
      } catch (error) {
        if (codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'ENODATA') return [];
        throw error;
      }
    },

    async domainExists(name) {
      try {
        await resolver.resolve4(name);
        return true;
      } catch (error) {
        // Only NXDOMAIN means that a name does not exist (RFC 9989 appendix A.4, RFC 8020).
        if (codeOf(error) === 'ENODATA') return true;
        if (codeOf(error) !== 'ENOTFOUND') throw error;
      }
      // A CNAME whose target is gone answers NXDOMAIN as well (RFC 6604 §3), yet the name itself exists.
      try {
        return (await resolver.resolveCname(name)).length > 0;
      } catch (error) {
        if (codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'ENODATA') return false;
        throw error;
      }
    },

    close: () => resolver.cancel(),
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
