export { connectWire, openWire, type GitWire } from './git-wire.js';
export { createHttpCarrier } from './http-carrier.js';
export { openLazyTree } from './lazy-tree.js';
export { createObjectCache } from './object-cache.js';
