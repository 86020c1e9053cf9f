// The crc32 of arrays, and of entries together with all that they refer to: see INTERPRETING.md.

import { require } from "./files.mjs";

const MOST_TEXT = 2 ** 26;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

// As zlib.crc32, which not every Node 20 has.
export function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** Return a function that refuses an entry unless its crc32 is that of a value. */
export function entriesOf(path) {
  let left = MOST_TEXT;
  return ({ crc32: sum }, value, where) => {
    const text = canonical(value);
    left -= text.length;
    require(left >= 0, `${path}: its entries refer to more than ${MOST_TEXT} bytes in all`);
    require(crc32(Buffer.from(text, "latin1")) === sum, `${where} its crc32 is not ${sum}`);
  };
}

/** Write JSON in ASCII on one line, the fields sorted by name. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) {
    const escaped = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
    return JSON.stringify(value).replace(/[^ -~]/g, escaped);
  }
  const names = Object.keys(value).sort();
  return `{${names.map((n) => `${canonical(n)}:${canonical(value[n])}`).join()}}`;
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** Return what stands for a case of vectors, whose indices were all looked at. */
export function ofVector({ crc32: _, ...entry }, { arrays, stacks }, manifest) {
  const record = ({ dtype, shape, sha256 }, tolerance) => ({ dtype, shape, sha256, tolerance });
  const array = (index) => {
    const { tolerance } = arrays[index];
    return record(arrays[index], tolerance === undefined ? null : record(arrays[tolerance], null));
  };
  const cell = (fields) => mapped(fields, (i) => (Array.isArray(i) ? i.map(array) : array(i)));
  return {
    ...entry,
    ...(entry.mask === undefined ? {} : { mask: array(entry.mask) }),
    x: array(entry.x),
    rules: manifest.rules[entry.rules],
    features: manifest.features[entry.features],
    stack: stacks[entry.stack].map((layer) => layer.map(cell)),
    answers: mapped(entry.answers, (answer) => ofAnswer(answer, manifest, array)),
  };
}

/** Return what stands for an answer of a recording, whose indices were all looked at. */
export function ofRecorded(answer, manifest, ids) {
  const array = (index) => {
    const [form, , , sum] = manifest.arrays[index];
    return [manifest.forms[form], sum];
  };
  return [ofAnswer(answer, manifest, array), answer.cases.map((index) => ids[index])];
}

function ofAnswer({ layout, refusal, unsupported, arrays = [] }, manifest, array) {
  const found = { arrays: arrays.map(array) };
  if (unsupported !== undefined) found.unsupported = unsupported;
  if (layout !== undefined) found.layout = manifest.layouts[layout];
  if (refusal !== undefined) found.refusal = manifest.refusals[refusal];
  return found;
}
