// Reads a recording: its lists of cases, its own files and lent ones, and each answer.

import { join } from "node:path";
import { MANIFEST, contentOf, loadCases, require, sha256 } from "./files.mjs";
import { arrayAt, item, lookAtAnswer, numbers, refuseTwice } from "./tables.mjs";

/** Return the ids of the cases, the answer to each, and a function that gives the arrays. */
export function readRecording(folder, manifest) {
  const path = join(folder, MANIFEST);
  for (const what of ["cases", "files"]) {
    refuseTwice(manifest[what].map(({ file }) => file), `${path}: the file`);
  }
  const ids = manifest.cases.flatMap((fields) => idsIn(folder, fields));
  refuseTwice(ids, `${path}: the case`);
  const files = manifest.files.map((fields) => {
    const bytes = contentOf(folder, fields.file, fields.bytes);
    const changed = `${join(folder, fields.file)} was changed: its sum is another`;
    require(sha256(bytes) === fields.sha256, changed);
    return { bytes, left: bytes.length };
  });
  const arrays = manifest.arrays.map(([form, file, offset, sum], index) => {
    const where = `${path}: array ${index}`;
    const source = item(files, file, `${where}: file`);
    const array = arrayAt(source, item(manifest.forms, form, `${where}: form`), offset, where);
    require(crc32(array.bytes) === sum, `${where}: its crc32 is another`);
    return array;
  });
  const answers = new Map();
  manifest.answers.forEach((answer, number) => {
    const where = `${path}: answer ${number}:`;
    lookAtAnswer(answer, manifest, arrays, where);
    for (const index of answer.cases) {
      const id = item(ids, index, `${where} case`);
      require(!answers.has(id), `${where} ${id} has another answer too`);
      answers.set(id, answer);
    }
  });
  const lost = ids.find((id) => !answers.has(id));
  require(lost === undefined, `${path}: there is no answer of ${lost}`);
  const array = (index) => ({ shape: arrays[index].shape, data: numbers(arrays[index]) });
  return { ids, answers, array };
}

function idsIn(folder, fields) {
  const { cases, options } = loadCases(folder, fields);
  for (const entry of cases) {
    const right = entry.options.length === options.length;
    require(right, `${join(folder, fields.file)}: ${entry.id} has not ${options.length} options`);
  }
  return cases.map(({ id }) => id);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

// As zlib.crc32, which not every Node 20 has.
function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}
