/** The names a plain Node script may use without declaring them. */
export default Object.fromEntries(
  [
    'process',
    'console',
    'Buffer',
    'URL',
    'module',
    'require',
    '__dirname',
    '__filename',
    'exports',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
  ].map((name) => [name, 'readonly']),
);
