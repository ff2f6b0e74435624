export { blake2b512, fingerprintOf, sha256Hex, sha512Integrity } from './digest.js';
export { defaultKdf } from './minisign/kdf.js';
export {
  formatPublicKeyFile,
  keyIdOf,
  parsePublicKey,
  parsePublicKeyFile,
  type PublicKey,
} from './minisign/public-key.js';
export {
  formatSecretKeyFile,
  generateSecretKey,
  isEncryptedSecretKeyFile,
  parseSecretKeyFile,
  type SecretKey,
  type SecretKeyFileOptions,
} from './minisign/secret-key.js';
export { signDigest, signMessage } from './minisign/sign.js';
export { formatSignature, parseSignature } from './minisign/signature.js';
export { verifySignature } from './minisign/verify.js';
