import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { asKithError } from '../base/error.ts';
import { deviceIdOfPem, makeCertificate } from './certificate.ts';
import { derInteger } from './der.ts';
import { readIdentity, writeIdentity } from './identity-files.ts';
import { formatTcpAddress, parseTcpAddress, sourceOf } from './tcp-address.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOON = Date.UTC(2026, 10, 21, 12);

test('a certificate bears the name others look for, for 20 years from its day on', () => {
  const { certPem, keyPem } = makeCertificate(NOON);
  const certificate = new X509Certificate(certPem);
  assert.match(certificate.subject, /^CN=syncthing$/m);
  assert.equal(certificate.issuer, certificate.subject);
  assert.equal(certificate.subjectAltName, 'DNS:syncthing');
  assert.equal(certificate.ca, false);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(certificate.verify(certificate.publicKey), true);
  assert.equal(Date.parse(certificate.validFrom), Date.UTC(2026, 10, 21));
  assert.equal(Date.parse(certificate.validTo), Date.UTC(2026, 10, 21) + 20 * 365 * DAY_MS);
  assert.match(keyPem, /^-----BEGIN EC PRIVATE KEY-----/);
});

test('dates from 2050 on are written as certificates want them', () => {
  const { certPem } = makeCertificate(Date.UTC(2049, 11, 31));
  const certificate = new X509Certificate(certPem);
  assert.equal(new Date(certificate.validFrom).getUTCFullYear(), 2049);
  assert.equal(new Date(certificate.validTo).getUTCFullYear(), 2069);
});

test('openssl takes a certificate as its own signature says', (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.diagnostic('no openssl here: Node has checked the signature above');
    return;
  }
  for (let i = 0; i < 20; i++) {
    const { certPem } = makeCertificate(Date.now());
    const openssl = (...args: string[]) => spawnSync('openssl', args, { input: certPem });
    const text = openssl('x509', '-noout', '-text').stdout.toString();
    assert.match(text, /Subject: O = Kith, CN = syncthing/);
    assert.match(text, /TLS Web Server Authentication, TLS Web Client Authentication/);
    assert.match(text, /Digital Signature, Key Encipherment/);
    const again = openssl('x509', '-outform', 'DER').stdout;
    assert.deepEqual(again, Buffer.from(new X509Certificate(certPem).raw));
  }
});

test('every certificate is another device', () => {
  const ids = Array.from({ length: 5 }, () => deviceIdOfPem(makeCertificate(NOON).certPem));
  assert.equal(new Set(ids).size, 5);
  assert.throws(() => deviceIdOfPem('nonsense'), hasCode('IDENTITY_INVALID'));
});

test('an identity is kept private, read back, and never overwritten (KEY-01)', async () => {
  await inDirectory(async (directory) => {
    const before = process.umask(0);
    try {
      const pair = makeCertificate(NOON);
      const written = await writeIdentity(directory, pair);
      assert.deepEqual(await readIdentity(directory), written);
      for (const file of ['cert.pem', 'key.pem']) {
        assert.equal((await stat(path.join(directory, file))).mode & 0o777, 0o600);
      }
      const other = writeIdentity(directory, makeCertificate(NOON));
      await assert.rejects(other, hasCode('IDENTITY_EXISTS'));
      assert.equal(await readFile(path.join(directory, 'key.pem'), 'utf8'), pair.keyPem);
    } finally {
      process.umask(before);
    }
  });
});

test('an identity that others can read, or that is incomplete, is refused', async () => {
  await inDirectory(async (directory) => {
    await assert.rejects(readIdentity(directory), hasCode('IDENTITY_INVALID'));
    await writeIdentity(directory, makeCertificate(NOON));
    const key = path.join(directory, 'key.pem');
    await chmod(key, 0o640);
    await assert.rejects(readIdentity(directory), hasCode('IDENTITY_EXPOSED'));
    await chmod(key, 0o600);
    await writeFile(key, makeCertificate(NOON).keyPem);
    await assert.rejects(readIdentity(directory), hasCode('IDENTITY_INVALID'));
    await writeFile(key, 'nonsense');
    await assert.rejects(readIdentity(directory), hasCode('IDENTITY_INVALID'));
  });
});

test('two certificates in one text are no identity: either could be meant', () => {
  const { certPem } = makeCertificate(NOON);
  const other = makeCertificate(NOON).certPem;
  assert.equal(deviceIdOfPem(`text before\n${certPem}`), deviceIdOfPem(certPem));
  for (const text of [certPem + other, certPem + certPem, '']) {
    assert.throws(() => deviceIdOfPem(text), hasCode('IDENTITY_INVALID'));
  }
});

test('a number without bytes is written as zero', () => {
  assert.deepEqual(derInteger(new Uint8Array(0)), Uint8Array.of(2, 1, 0));
});

test('addresses are read and written in one form', () => {
  const table: readonly [string, string | undefined][] = [
    ['tcp://192.0.2.7:22001', 'tcp://192.0.2.7:22001'],
    ['tcp://nas.example', 'tcp://nas.example:22000'],
    ['tcp://[::1]:5', 'tcp://[::1]:5'],
    ['tcp://[::ffff:192.0.2.7]:5', 'tcp://192.0.2.7:5'],
    ['tcp://:22000', 'tcp://:22000'],
    ['tcp://[fe80::1%br-0.1]:5', 'tcp://[fe80::1%br-0.1]:5'],
    ['tcp://::1:22000', undefined],
    ['tcp://[nonsense]:1', undefined],
    ['tcp://a:65536', undefined],
    ['tcp://a:1/path', undefined],
    ['quic://a:1', undefined],
    ['dynamic', undefined],
  ];
  for (const [text, expected] of table) {
    const parsed = parseTcpAddress(text);
    assert.equal(parsed && formatTcpAddress(parsed), expected, text);
  }
});

test('an IPv6 network of 64 bits counts as one source', () => {
  assert.equal(sourceOf('2001:db8::1'), sourceOf('2001:db8:0:0:ffff::2'));
  assert.notEqual(sourceOf('2001:db8::1'), sourceOf('2001:db8:0:1::1'));
  assert.equal(sourceOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.notEqual(sourceOf('192.0.2.7'), sourceOf('192.0.2.8'));
});

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kith-identity-'));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function hasCode(code: Parameters<typeof asKithError>[1]): (error: unknown) => boolean {
  return (error) => asKithError(error, code) !== undefined;
}
