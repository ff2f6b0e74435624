'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * Loads udos/markdown, which an install puts beside this plugin's folder.
 *
 * @throws Error, in words for the user, when it is not there
 */
function loadMarkdown() {
  const folder = path.join(__dirname, '..', '..', 'udos--markdown');
  if (!fs.existsSync(path.join(folder, 'index.js')))
    throw new Error('udos/markdown is not installed beside udos/notes; run "udos install" to repair this');
  return require(folder);
}

module.exports = { loadMarkdown };
