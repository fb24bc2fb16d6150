/** Where a device keeps its identity: cert.pem and key.pem, private from the first byte, written once. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import { type CertificatePair, deviceIdOfPem } from './certificate.ts';

const CERTIFICATE = 'cert.pem';
const KEY = 'key.pem';
const PRIVATE = 0o600;
/** Larger than any key or certificate in use. */
const MOST_BYTES = 64 * 1024;

/** What a device is known by. */
export interface Identity extends CertificatePair {
  readonly deviceId: DeviceId;
}

/**
 * Writes both files into `directory`, mode 0600 whatever the umask, and waits until they are on the disk. IDENTITY_EXISTS
 * if one of them stands there already: nothing is ever overwritten.
 */
export async function writeIdentity(directory: string, pair: CertificatePair): Promise<Identity> {
  const identity = { ...pair, deviceId: deviceIdOfPem(pair.certPem) };
  await writeNew(path.join(directory, KEY), pair.keyPem);
  await writeNew(path.join(directory, CERTIFICATE), pair.certPem);
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  await using _ = handle;
  await handle.sync();
  return identity;
}

/**
 * Reads both files. IDENTITY_INVALID if one is missing or damaged, or if they do not belong together; IDENTITY_EXPOSED if
 * anyone but the owner may read or write the key.
 */
export async function readIdentity(directory: string): Promise<Identity> {
  const keyPem = await readPrivate(path.join(directory, KEY));
  const certPem = await readBounded(path.join(directory, CERTIFICATE));
  const deviceId = deviceIdIn(certPem, path.join(directory, CERTIFICATE));
  if (!belongTogether({ certPem, keyPem, directory })) {
    throw new KithError('IDENTITY_INVALID', {
      directory,
      reason: 'the key is not the certificate’s',
    });
  }
  return { certPem, keyPem, deviceId };
}

async function writeNew(file: string, text: string): Promise<void> {
  const handle = await openNew(file);
  await using _ = handle;
  await handle.writeFile(text);
  await handle.sync();
}

async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', PRIVATE);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw isTaken ? new KithError('IDENTITY_EXISTS', { file }, error) : error;
  }
}

async function readPrivate(file: string): Promise<string> {
  const handle = await openOld(file);
  await using _ = handle;
  const { mode } = await handle.stat();
  if ((mode & 0o077) !== 0) {
    throw new KithError('IDENTITY_EXPOSED', { file, mode: (mode & 0o777).toString(8) });
  }
  return await readText(handle, file);
}

async function readBounded(file: string): Promise<string> {
  const handle = await openOld(file);
  await using _ = handle;
  return await readText(handle, file);
}

async function openOld(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw new KithError('IDENTITY_INVALID', { file }, error);
  }
}

async function readText(handle: FileHandle, file: string): Promise<string> {
  const { size } = await handle.stat();
  if (size > MOST_BYTES) throw new KithError('IDENTITY_INVALID', { file, size });
  return await handle.readFile('utf8');
}

function deviceIdIn(certPem: string, file: string): DeviceId {
  try {
    return deviceIdOfPem(certPem);
  } catch (error) {
    throw new KithError(
      'IDENTITY_INVALID',
      { file },
      error instanceof KithError ? error.cause : error,
    );
  }
}

function belongTogether(pair: CertificatePair & { readonly directory: string }): boolean {
  try {
    return new X509Certificate(pair.certPem).checkPrivateKey(createPrivateKey(pair.keyPem));
  } catch (error) {
    throw new KithError('IDENTITY_INVALID', { file: path.join(pair.directory, KEY) }, error);
  }
}
