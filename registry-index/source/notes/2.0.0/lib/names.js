'use strict';

const LONGEST = 60;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_/-]{0,63}$/u;

/**
 * A file name, without its ending, for a title: lower-case letters and digits of any script, joined by single hyphens, at most
 * 60 characters, never empty, never a name that Windows keeps for itself.
 */
function slugOf(title) {
  const plain = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+/, '');
  const slug = Array.from(plain).slice(0, LONGEST).join('').replace(/-+$/, '');
  return slug === '' || WINDOWS_DEVICE.test(slug) ? `note${slug && `-${slug}`}` : slug;
}

/** A tag as it is stored, lower case and without `#`; null for what cannot be one. */
function tagOf(text) {
  const tag = text.replace(/^#/, '').normalize('NFC').toLowerCase();
  return TAG.test(tag) ? tag : null;
}

const two = (number) => String(number).padStart(2, '0');

/** The local date, `2026-05-04`. */
const dateOf = (time) => `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;

/** The local time, `09:30`. */
const clockOf = (time) => `${two(time.getHours())}:${two(time.getMinutes())}`;

module.exports = { clockOf, dateOf, slugOf, tagOf };
