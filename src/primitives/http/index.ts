export { createTransfer } from './create-transfer.js';
export { leaveBody, readBody } from './read-body.js';
export type {
  CredentialHelper,
  Transfer,
  TransferLimits,
  TransferPolicy,
  TransferResponse,
} from './transfer.js';
export { defaultTransferLimits } from './transfer-watch.js';
