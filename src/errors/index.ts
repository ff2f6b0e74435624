export { errorCodes, exitStatus, type ErrorCode, type ExitClass } from './codes.js';
export { UdosError, hasCode, type ErrorDetails } from './udos-error.js';
