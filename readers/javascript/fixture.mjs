// Reads a fixture without any package, and looks at all of it: see fixtures/INTERPRETING.md.

import { join } from "node:path";
import { MANIFEST, contentOf, loadManifest, require, requireSum, sha256 } from "./files.mjs";
import { readRecording } from "./recording.mjs";
import { entriesOf, ofVector } from "./sums.mjs";
import { arrayAt, item, lookAtAnswer, numbers, refuseTwice } from "./tables.mjs";

export const VECTORS = "rnn_oracle vectors";
export const RECORDING = "rnn_oracle recording";
const VERSIONS = { [VECTORS]: 2, [RECORDING]: 3 };
const READERS = { [VECTORS]: readVectors, [RECORDING]: readRecording };

const TOLERANCES = {
  planes: { float16: 0, bfloat16: 1, float32: 2, float64: 2 },
  unit_roundoff: { float16: 2 ** -11, bfloat16: 2 ** -8, float32: 2 ** -24, float64: 2 ** -53 },
};
const FEATURES = new Set(
  (
    "simple_rnn lstm gru gru_reset_before return_sequences return_state time_major go_backwards " +
    "stacked_layers stacked_cells mask_argument mask_masking refusal"
  ).split(" "),
);
const ON_OR_OFF = [false, true];
const OPTIONS = {
  cell: ["simple_rnn", "lstm", "gru", "gru_reset_before"],
  stacking: ["one", "two", "three", "cells", "two_without_sequences", "three_without_sequences"],
  return_sequences: ON_OR_OFF,
  return_state: ON_OR_OFF,
  time_major: ON_OR_OFF,
  go_backwards: ON_OR_OFF,
  mask: ["none", "all_true", "right", "left", "holes", "first", "row"],
  mask_from: [null, "argument", "masking"],
  dtype: ["float32"],
};
const WEIGHTS = ["kernel", "recurrent_kernel", "bias"];

/**
 * Read the fixture in a folder, of one of some formats.
 *
 * Returns {manifest, ids}, the ids being those of the cases. Vectors have `groups` besides, as in
 * the manifest but with `array(index)`, which returns {shape, data, tolerance}. A recording has
 * `answers`, which has by the id one of {layout, arrays}, {refusal} and {unsupported}, and
 * `array(index)`.
 */
export function readFixture(folder, ...formats) {
  const wanted = formats.length === 0 ? Object.keys(VERSIONS) : formats;
  const versions = Object.fromEntries(wanted.map((format) => [format, VERSIONS[format]]));
  const manifest = loadManifest(folder, versions);
  return { manifest, ...READERS[manifest.format](folder, manifest) };
}

function readVectors(folder, manifest) {
  const path = join(folder, MANIFEST);
  lookAtHead(manifest, path);
  for (const what of ["name", "file"]) {
    const found = manifest.groups.map((group) => group[what]);
    refuseTwice(found, `${path}: the group with the ${what}`);
  }
  const ids = manifest.groups.flatMap(({ cases }) => cases.map(({ id }) => id));
  refuseTwice(ids, `${path}: the case`);
  const requireCrc32 = entriesOf(path);
  const groups = manifest.groups.map((group) => readGroup(folder, group, manifest, requireCrc32));
  return { ids, groups };
}

/** Refuse what does not mean what INTERPRETING.md says. */
function lookAtHead({ tolerances, features, options }, path) {
  for (const [what, wanted] of Object.entries(TOLERANCES)) {
    for (const format of Object.keys({ ...wanted, ...tolerances[what] })) {
      const right = Object.hasOwn(wanted, format) && tolerances[what][format] === wanted[format];
      require(right, `${path}: tolerances.${what}: of ${format} it is not ${wanted[format]}`);
    }
  }
  const strange = features.flat().find((word) => !FEATURES.has(word));
  require(strange === undefined, `${path}: there is no feature ${strange}`);
  refuseTwice(options.map(({ name }) => name), `${path}: the option`);
}

function readGroup(folder, group, manifest, requireCrc32) {
  const path = join(folder, MANIFEST);
  const { name, file, arrays } = group;
  require(file.startsWith(`${name}.`), `${path}: ${file} is no file of the group ${name}`);
  const bytes = contentOf(folder, file, group.bytes);
  const source = { bytes, left: bytes.length };
  const found = arrays.map((record, index) => {
    const where = `${join(folder, file)} and ${MANIFEST} do not match: array ${index}`;
    const array = arrayAt(source, record, record.offset, where);
    require(sha256(array.bytes) === record.sha256, `${where}: its sha256 is another`);
    return array;
  });
  requireSum(folder, group, bytes);
  arrays.forEach((record, index) => lookAtTolerance(record, index, group, path));
  lookAtStacks(group, path);
  for (const entry of group.cases) {
    lookAtCase(entry, group, manifest, path);
    requireCrc32(entry, ofVector(entry, group, manifest), `${path}: ${entry.id}:`);
  }
  const array = (index) => ({
    shape: found[index].shape,
    data: numbers(found[index]),
    tolerance: arrays[index].tolerance,
  });
  return { ...group, array };
}

function lookAtTolerance({ tolerance, shape }, index, { arrays, name }, path) {
  if (tolerance === undefined) return;
  const where = `${path}: ${name}, array ${index}`;
  const record = item(arrays, tolerance, `${where}: array`);
  const { dtype, shape: [planes, ...rest] } = record;
  const right = dtype === "upper_half_of_float32" && record.tolerance === undefined;
  const fits = rest.length === shape.length && rest.every((n, i) => n === shape[i]);
  const enough = Object.values(TOLERANCES.planes).every((plane) => plane < planes);
  require(right && fits && enough, `${where}: its tolerance has not its shape and all planes`);
}

function lookAtStacks({ stacks, arrays, name }, path) {
  for (const cell of stacks.flat(2)) {
    for (const index of [...WEIGHTS.map((weight) => cell[weight]), ...cell.initial_state]) {
      item(arrays, index, `${path}: ${name}, stacks: array`);
    }
  }
}

function lookAtCase(entry, { arrays, stacks }, manifest, path) {
  const where = `${path}: ${entry.id}:`;
  const { options } = manifest;
  const known = entry.options.every((value, i) => {
    const { name, values } = options[i] ?? { values: [] };
    return values.includes(value) && Object.hasOwn(OPTIONS, name) && OPTIONS[name].includes(value);
  });
  require(known && entry.options.length === options.length, `${where} its options are unknown`);
  item(manifest.rules, entry.rules, `${where} rules`);
  item(manifest.features, entry.features, `${where} features`);
  item(stacks, entry.stack, `${where} stack`);
  item(arrays, entry.x, `${where} array`);
  if (entry.mask !== undefined) item(arrays, entry.mask, `${where} array`);
  for (const [dialect, answer] of Object.entries(entry.answers)) {
    lookAtAnswer(answer, manifest, arrays, `${where} ${dialect}:`);
  }
}
