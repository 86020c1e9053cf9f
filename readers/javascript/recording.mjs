// Reads a recording: its lists of cases, its own files and lent ones, and each answer.

import { join } from "node:path";
import { MANIFEST, contentOf, loadCases, requireSum, require } from "./files.mjs";
import { crc32, entriesOf, ofRecorded } from "./sums.mjs";
import { arrayAt, item, lookAtAnswer, lookAtShape, numbers, refuseTwice } from "./tables.mjs";

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
    requireSum(folder, fields, bytes);
    return { name: join(folder, fields.file), bytes, left: bytes.length };
  });
  manifest.forms.forEach((form, index) => lookAtShape(form, `${path}: form ${index}`));
  const arrays = manifest.arrays.map(([form, file, offset, sum], index) => {
    const where = `${path}: array ${index}`;
    const source = item(files, file, `${where}: file`);
    const fields = item(manifest.forms, form, `${where}: form`);
    const both = `${source.name} and ${MANIFEST} do not match: array ${index}`;
    const array = arrayAt(source, fields, offset, both);
    require(crc32(array.bytes) === sum, `${both}: its crc32 is another`);
    return array;
  });
  const answers = new Map();
  const requireCrc32 = entriesOf(path);
  manifest.answers.forEach((answer, number) => {
    const where = `${path}: answer ${number}:`;
    lookAtAnswer(answer, manifest, arrays, where);
    for (const index of answer.cases) {
      const id = item(ids, index, `${where} case`);
      require(!answers.has(id), `${where} ${id} has another answer too`);
      answers.set(id, answer);
    }
    requireCrc32(answer, ofRecorded(answer, manifest, ids), where);
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
