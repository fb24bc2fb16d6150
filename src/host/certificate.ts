/**
 * A device's certificate: self-signed, made once, never re-encoded, for its bytes are the identity. Its names and dates
 * mean nothing to anyone but the checks that other implementations make. Source: BEP v1, certificates; RFC 5280.
 */

import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { concatBytes } from '../base/bytes.ts';
import { KithError } from '../base/error.ts';
import { sha256 } from '../base/sha256.ts';
import { type DeviceId, deviceIdFromHash } from '../model/device-id.ts';
import { der, derBits, derInteger, derOid, derSequence, derText, derTime } from './der.ts';

/** How each block of PEM begins. */
const BLOCK = '-----BEGIN ';
/** The name that other implementations look for in a certificate. */
const NAME = 'syncthing';
const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 20 * 365;

const ECDSA_SHA256 = derSequence(derOid('1.2.840.10045.4.3.2'));

/** A certificate and its private key in PEM; the key is a secret. */
export interface CertificatePair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A new ECDSA P-256 key and its certificate, valid for 20 years from the day of `nowMs` (Unix time) on. About 1 ms. */
export function makeCertificate(nowMs: number): CertificatePair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = signedPart(publicKey, nowMs - (nowMs % DAY_MS));
  const signature = sign('sha256', body, privateKey);
  const certificate = derSequence(body, ECDSA_SHA256, derBits(signature));
  return {
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
  };
}

/** The id of the device that owns this certificate; IDENTITY_INVALID if it is not one certificate in PEM. */
export function deviceIdOfPem(certPem: string): DeviceId {
  const blocks = certPem.split(BLOCK).length - 1;
  if (blocks !== 1) throw new KithError('IDENTITY_INVALID', { blocks });
  try {
    return deviceIdFromHash(sha256(new X509Certificate(certPem).raw));
  } catch (error) {
    throw new KithError('IDENTITY_INVALID', {}, error);
  }
}

function signedPart(publicKey: KeyObject, fromMs: number): Uint8Array {
  const name = distinguishedName();
  const serial = randomBytes(8);
  return derSequence(
    der(0xa0, derInteger(Uint8Array.of(2))),
    derInteger(serial),
    ECDSA_SHA256,
    name,
    derSequence(derTime(fromMs), derTime(fromMs + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, derSequence(...extensions())),
  );
}

function distinguishedName(): Uint8Array {
  const part = (oid: string, text: string) =>
    der(0x31, derSequence(derOid(oid), derText(0x0c, text)));
  return derSequence(part('2.5.4.10', 'Kith'), part('2.5.4.3', NAME));
}

function extensions(): readonly Uint8Array[] {
  const isTrue = der(0x01, Uint8Array.of(0xff));
  const extension = (oid: string, ...rest: readonly Uint8Array[]) =>
    derSequence(derOid(oid), ...rest);
  const content = (value: Uint8Array) => der(0x04, value);
  const serverAndClient = derSequence(derOid('1.3.6.1.5.5.7.3.1'), derOid('1.3.6.1.5.5.7.3.2'));
  return [
    // digitalSignature and keyEncipherment: the first and the third bit
    extension('2.5.29.15', isTrue, content(derBits(Uint8Array.of(0xa0), 5))),
    extension('2.5.29.37', content(serverAndClient)),
    extension('2.5.29.19', isTrue, content(derSequence())),
    extension('2.5.29.17', content(derSequence(derText(0x82, NAME)))),
  ];
}

function pem(label: string, bytes: Uint8Array): string {
  const base64 = Buffer.from(concatBytes([bytes])).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
