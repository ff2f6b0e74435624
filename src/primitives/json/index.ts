export {
  documentLimits,
  formatJson,
  JsonProblem,
  parseStrictJson,
  type JsonLimits,
  type JsonValue,
} from './strict-json.js';
