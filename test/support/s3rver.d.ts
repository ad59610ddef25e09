/** The parts of s3rver that `s3-server.ts` uses; it ships no types. */
declare module 's3rver' {
  import type { RequestListener } from 'node:http';
  import type S3Object from 's3rver/lib/models/object.js';
  export default class S3rver {
    constructor(options: {
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
      configureBuckets: { name: string }[];
    });
    store: {
      putObject(object: { bucket: string; key: string; content: NodeJS.ReadableStream }): Promise<object>;
      getObject(bucket: string, key: string, range?: { start?: number; end?: number }): Promise<S3Object | null>;
    };
    configureBuckets(): Promise<unknown>;
    callback(): RequestListener;
  }
}

declare module 's3rver/lib/models/object.js' {
  import type { Readable } from 'node:stream';
  export default class S3Object {
    constructor(bucket: string, key: string, content: Readable | null, metadata: Record<string, string>);
    range?: { start: number; end: number };
  }
}
