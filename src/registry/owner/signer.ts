import { sidecarOf, trustedComment } from '../../model/index-layout.js';
import type { Fingerprint, IndexPath, RegistryId } from '../../model/names.js';

/** A secret key that is ready to sign. */
export interface Signer {
  readonly fingerprint: Fingerprint;
  /** minisign's public key, base64. */
  readonly encoded: string;
  /** A `.minisig` over `bytes` with this trusted comment, as text. */
  sign(bytes: Uint8Array, comment: string): string;
}

/** The sidecar that `signer` puts beside an index file, as a change of the tree. */
export function signFile(
  signer: Signer,
  registry: RegistryId,
  file: { readonly path: IndexPath; readonly bytes: Uint8Array; readonly type: string; readonly n: number },
): [IndexPath, Uint8Array] {
  const comment = trustedComment.file(file.type.replace('udos/', ''), registry, file.path, file.n);
  return [sidecarOf(file.path, signer.fingerprint), Buffer.from(signer.sign(file.bytes, comment), 'utf8')];
}
