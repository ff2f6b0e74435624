import { readFileSync } from 'node:fs';
import {
  formatPublicKeyFile,
  formatSecretKeyFile,
  formatSignature,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parsePublicKey,
  parsePublicKeyFile,
  parseSecretKeyFile,
  parseSignature,
  signMessage,
  type PublicKey,
  type SecretKey,
} from '../../src/primitives/crypto/index.js';
import { seeded } from '../unit/crypto/seeded.js';
import { bytesOf, textOf, type Parser } from './parser.js';

const key = generateSecretKey(seeded('fuzz'));
const keyFile = (name: string) => readFileSync(new URL(`../../fixtures/keys/${name}`, import.meta.url));
const comment = 'udos:plugin@1 registry=udr1example path=plugins/ad/ada/notes.json n=7';
const minisig = signMessage(key, Buffer.from('message'), comment);

/** The files of minisign. */
export const minisignParsers: readonly Parser[] = [
  {
    name: 'a public key',
    codes: ['KEY_INVALID'],
    parse: (bytes) => parsePublicKey(textOf(bytes)),
    encode: (value: PublicKey) => value.encoded,
    examples: [bytesOf(key.publicKey.encoded)],
  },
  {
    name: 'a public key file',
    codes: ['KEY_INVALID'],
    parse: (bytes) => parsePublicKeyFile(textOf(bytes)),
    encode: (value: PublicKey) => formatPublicKeyFile(value),
    again: true,
    examples: [bytesOf(formatPublicKeyFile(key.publicKey))],
  },
  {
    name: 'a signature',
    codes: ['SIGNATURE_INVALID'],
    parse: (bytes) => parseSignature(bytes),
    encode: (value: ReturnType<typeof parseSignature>, bytes) =>
      formatSignature(value, textOf(bytes).split('\n')[0]!.slice('untrusted comment: '.length)),
    examples: [bytesOf(minisig)],
  },
  {
    name: 'a secret key file',
    codes: ['KEY_INVALID', 'PASSWORD_REQUIRED'],
    parse: (bytes) => parseSecretKeyFile(textOf(bytes)),
    encode: (value: SecretKey) => formatSecretKeyFile(value),
    again: true,
    examples: [keyFile('demo.key')],
  },
  {
    name: 'a secret key file with a password',
    codes: ['KEY_INVALID'],
    parse: (bytes) => isEncryptedSecretKeyFile(textOf(bytes)),
    examples: [keyFile('locked.key')],
  },
];
