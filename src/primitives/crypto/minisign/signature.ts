import { UdosError } from '../../../errors/index.js';
import { FormatProblem, refusing, type Refusal } from './format-problem.js';
import {
  commentLimits,
  decodeBase64,
  encodeBase64,
  isLabelled,
  parseComment,
  parseLines,
  refuseUnwritable,
  trustedPrefix,
  untrustedPrefix,
} from './text.js';

/** What a `.minisig` says. Nothing in it is proven until `verifySignature` has passed. */
export interface Signature {
  /** The 8 bytes of the key that claims to have signed. */
  readonly keyNumber: Uint8Array;
  /** 64 bytes, over the BLAKE2b-512 of the message. */
  readonly signature: Uint8Array;
  readonly trustedComment: string;
  /** 64 bytes, over `signature` and the comment's bytes. */
  readonly globalSignature: Uint8Array;
}

const refusal: Refusal = {
  code: 'SIGNATURE_INVALID',
  action: 'Cannot read this signature',
  hint: 'Take the .minisig file as its signer wrote it, or have the file signed again with `minisign -S -H -t COMMENT`.',
};

/**
 * Reads a `.minisig`: exactly four lines ended by LF, pre-hashed (`ED`), canonical base64, comments in UTF-8 without
 * control characters. The untrusted comment is checked and dropped. A text that parses has no second spelling but
 * for that comment; still, a signer can make many signatures of one file, so never take a signature for an identity.
 *
 * @throws SIGNATURE_INVALID with `data.step`: `length`, `encoding`, `lines`, `characters`, `base64`, `algorithm`.
 */
export function parseSignature(text: string | Uint8Array): Signature {
  return refusing(refusal, () => {
    const [first = '', second = '', third = '', fourth = ''] = parseLines(text, 4);
    parseComment(first, untrustedPrefix, commentLimits.untrusted);
    const trustedComment = parseComment(third, trustedPrefix, commentLimits.trusted);
    const bytes = decodeBase64(second, 74);
    if (isLabelled(bytes, 'Ed')) {
      throw new FormatProblem(
        'algorithm',
        'it signs the bare file (Ed), and only pre-hashed ones (ED) count',
      );
    }
    if (!isLabelled(bytes, 'ED')) throw new FormatProblem('algorithm', 'its algorithm is not ED');
    return {
      keyNumber: bytes.slice(2, 10),
      signature: bytes.slice(10),
      trustedComment,
      globalSignature: decodeBase64(fourth, 64),
    };
  });
}

/**
 * The `.minisig` text of a signature, as the stock tool writes it.
 *
 * @throws USAGE when a comment could not be read back: control characters, lone surrogates, too long.
 */
export function formatSignature(signature: Signature, untrustedComment: string): string {
  refuseComments(signature.trustedComment, untrustedComment);
  const { keyNumber, signature: own, globalSignature } = signature;
  if (keyNumber.length !== 8 || own.length !== 64 || globalSignature.length !== 64) {
    throw new UdosError('BUG', 'A signature to be written has parts of the wrong length.');
  }
  return [
    untrustedPrefix + untrustedComment,
    encodeBase64(Buffer.concat([Buffer.from('ED'), keyNumber, own])),
    trustedPrefix + signature.trustedComment,
    encodeBase64(globalSignature),
    '',
  ].join('\n');
}

/** @throws USAGE when a signature with these comments could not be read back. */
export function refuseComments(trustedComment: string, untrustedComment: string): void {
  const unwritable: Refusal = {
    code: 'USAGE',
    action: 'Cannot sign with this comment',
    hint: 'Use a shorter comment, of plain text on one line.',
  };
  refusing(unwritable, () => {
    refuseUnwritable(trustedComment, 'trusted');
    refuseUnwritable(untrustedComment, 'untrusted');
  });
}
