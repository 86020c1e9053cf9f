// Reads the files of a fixture: only plain ones of a bounded size, and their sums are compared.

import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { faultOf } from "./schema.mjs";

export const MANIFEST = "manifest.json";
const LARGEST_JSON = 2 ** 24;
const LARGEST_BINARY = 2 ** 28;
const END = '"sha256": ""\n}\n'.length + 64; // the sum and what closes the manifest

export function require(right, message) {
  if (!right) throw new Error(message);
}

/** Show a text of a fixture on one line, with nothing in it that moves the cursor of a terminal. */
export const shown = (text) =>
  text
    .slice(0, 2000)
    .replace(/[^ -~]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Return the bytes of a file, of as many as the manifest says if it does. */
export function contentOf(folder, name, claimed) {
  try {
    const path = join(realpathSync(folder), name);
    require(dirname(realpathSync(path)) === dirname(path), "it lies in another folder");
    const found = statSync(path);
    require(found.isFile(), "it is no plain file");
    const largest = name.endsWith(".bin") ? LARGEST_BINARY : LARGEST_JSON;
    require(found.size <= largest, `it has ${found.size} bytes, and ${largest} at most are read`);
    const right = [undefined, found.size].includes(claimed);
    require(right, `it has ${found.size} bytes, but ${MANIFEST} says ${claimed}`);
    const bytes = readFileSync(path);
    require(bytes.length === found.size, "it changes while it is read");
    return bytes;
  } catch (error) {
    const reason = error.code === undefined ? error.message : `it cannot be read: ${error.code}`;
    const named = name === MANIFEST ? "" : `, which ${MANIFEST} names`;
    throw new Error(`${join(folder, name)}${named}: ${reason}`);
  }
}

/** Refuse the bytes of a file that do not have the sum that the manifest tells. */
export function requireSum(folder, { file, sha256: sum }, bytes) {
  const path = join(folder, file);
  require(sha256(bytes) === sum, `${path} and ${MANIFEST} do not match: its sha256 is another`);
}

/** Return the manifest of a folder, if it is of one of these formats and has its sum. */
export function loadManifest(folder, formats) {
  const path = join(folder, MANIFEST);
  const bytes = contentOf(folder, MANIFEST);
  const manifest = parse(bytes, formats, path);
  const head = bytes.subarray(0, Math.max(0, bytes.length - END));
  const end = Buffer.from(`"sha256": "${sha256(head)}"\n}\n`);
  require(end.equals(bytes.subarray(head.length)), `${path}: it was changed, its sum is another`);
  return fitting(manifest, path);
}

/** Return the list of cases in a file beside the folder. */
export function loadCases(folder, fields) {
  const path = join(folder, fields.file);
  const bytes = contentOf(folder, fields.file);
  requireSum(folder, fields, bytes);
  return fitting(parse(bytes, { "rnn_oracle cases": 1 }, path), path);
}

function parse(bytes, formats, path) {
  require(bytes.every((byte) => byte < 128), `${path}: it has bytes that are not ASCII`);
  let value;
  try {
    value = JSON.parse(bytes.toString("latin1"));
    lookAtText(bytes.toString("latin1"));
  } catch (error) {
    throw new Error(`${path}: it is no whole JSON file: ${error.message}`);
  }
  const { format, version } = value ?? {};
  const known = typeof format === "string" && Object.hasOwn(formats, format);
  require(known, `${path}: its format is not ${Object.keys(formats).join(" or ")}`);
  const wanted = formats[format];
  require(version === wanted, `${path}: its version is not ${wanted}, which this program reads`);
  return value;
}

/** Refuse names that an object has twice, and numbers that are not the same in every language. */
function lookAtText(text) {
  const open = [];
  const tokens = /["{}]|-?\d[\d.eE+-]*/g;
  const colon = /\s*:/y;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    const [token] = found;
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token === '"') {
      tokens.lastIndex = colon.lastIndex = endOfString(text, found.index);
      if (!colon.test(text)) continue;
      const name = JSON.parse(text.slice(found.index, tokens.lastIndex));
      require(!open.at(-1).has(name), `the field ${name} is there twice`);
      open.at(-1).add(name);
    } else {
      const whole = /^[\d-]*$/.test(token);
      const right = whole ? Number.isSafeInteger(+token) : Number.isFinite(+token) && +token % 1;
      require(right, `${token} is a number that not every language has`);
    }
  }
}

/** Return where the string ends that begins there; a pattern for it would need too large a stack. */
function endOfString(text, begin) {
  let end = begin;
  let escapes;
  do {
    end = text.indexOf('"', end + 1);
    for (escapes = 0; text[end - 1 - escapes] === "\\"; ) escapes += 1;
  } while (escapes % 2 === 1);
  return end + 1;
}

function fitting(value, path) {
  const fault = faultOf(value, value.format);
  require(fault === undefined, `${path}: ${fault}`);
  return value;
}
