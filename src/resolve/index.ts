export { resolve, type ResolveInput } from './resolve.js';
