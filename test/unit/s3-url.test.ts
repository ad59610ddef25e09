import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createPetitionFiles } from '../../src/petitions/files/create-petition-files.ts';

const place = (url: string) => readConfig({ FILES_URL: url }).FILES_URL;

test('without FILES_URL the petition files are in the data folder', () => {
  const { FILES_URL } = readConfig({});
  expect(createPetitionFiles(FILES_URL, '/data/petitions').location('2020-0001')).toBe('/data/petitions/2020-0001');
});

test('FILES_URL names a store, a bucket and the key to it', () => {
  expect(
    place('s3://AK%2BIA:s%2Fe%25c%2Br@%3A@S3.eu-central-1.example:443/petitions/2020/prod/?region=eu-central-1'),
  ).toEqual({
    origin: 'https://s3.eu-central-1.example',
    bucket: 'petitions',
    prefix: '2020/prod',
    region: 'eu-central-1',
    key: 'AK+IA',
    secret: 's/e%c+r@:',
  });
  expect(place('s3+http://key:secret@store:9000/petitions')).toEqual({
    origin: 'http://store:9000',
    bucket: 'petitions',
    prefix: '',
    region: 'us-east-1',
    key: 'key',
    secret: 'secret',
  });
});

test.each([
  ['another scheme', 'https://key:s3cr3t@host/bucket', /use s3:\/\/KEY:SECRET@HOST/],
  ['no host', 's3:key:s3cr3t/bucket', /use s3:\/\/KEY/],
  ['no key', 's3://host.s3cr3t.example/bucket', /name the key and the secret/],
  ['no secret', 's3://s3cr3t@host/bucket', /name the key and the secret/],
  ['no bucket', 's3://key:s3cr3t@host/', /name the bucket/],
  ['a secret with a bare slash', 's3://key:s3c/r3t@host/bucket', /percent-encoded \(\/ is %2F\)/],
  ['a secret that ends its host early', 's3://key:33/s3cr3t@host/bucket', /name the key and the secret/],
  ['a secret with a bare #', 's3://key:s3c#r3t@host/bucket', /percent-encoded/],
  ['a secret with a bare %', 's3://key:s3cr3t%zz@host/bucket', /write % in key and secret as %25/],
  ['an odd bucket', 's3://key:s3cr3t@host/buck%20et', /only letters, digits/],
  ['an unknown setting', 's3://key:s3cr3t@host/bucket?secret=s3cr3t', /only region= is known/],
  ['an odd region', 's3://key:s3cr3t@host/bucket?region=s3cr3t%20', /in the region/],
])('FILES_URL with %s is refused, and not repeated', (_, url, words) => {
  expect(() => place(url)).toThrow(words);
  expect(() => place(url)).not.toThrow(/s3c|r3t/);
});
