// Reads a fixture without any package: see fixtures/INTERPRETING.md.

import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SIZES = { bool: 1, float16: 2, float32: 4, float64: 8, upper_half_of_float32: 2 };

/** Read the manifest of a folder, and its groups one by one with their bytes. */
export function readFixture(folder, format) {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "ascii"));
  require(manifest.format === format, `${folder}: the format is ${manifest.format}, not ${format}`);
  require(manifest.version === 2, `${folder}: version ${manifest.version} is not known`);
  return { manifest, groups: manifest.groups.map((group) => readGroup(folder, group)) };
}

function readGroup(folder, group) {
  require(/^[a-z0-9_]+\.[0-9a-f]{8}\.bin$/.test(group.file), `${group.file} is no plain file name`);
  const path = join(folder, group.file);
  const found = lstatSync(path);
  require(found.isFile(), `${path} is no plain file`);
  require(found.size === group.bytes, `${path} does not have ${group.bytes} bytes`);
  // A copy, so that it begins where every typed array can view it.
  const bytes = new Uint8Array(readFileSync(path)).buffer;
  return { ...group, array: (index) => readArray(group, bytes, index) };
}

/** Return {shape, data} of an array; tell where it is damaged. */
function readArray(group, bytes, index) {
  const record = group.arrays[index];
  require(record !== undefined, `${group.file}: there is no array ${index}`);
  const { dtype, shape, offset, sha256 } = record;
  require(Object.hasOwn(SIZES, dtype), `${group.file}, array ${index}: unknown dtype ${dtype}`);
  require(shape.every((n) => n >= 0), `${group.file}, array ${index}: ${shape} is no shape`);
  const count = shape.reduce((product, n) => product * n, 1);
  const end = offset + count * SIZES[dtype];
  require(offset >= 0 && end <= bytes.byteLength, `${group.file}: array ${index} is not inside`);
  const found = createHash("sha256").update(new Uint8Array(bytes, offset, end - offset));
  require(found.digest("hex") === sha256, `${group.file}, array ${index} was changed`);
  return { shape, data: numbers(dtype, bytes, offset, count), tolerance: record.tolerance };
}

// Typed arrays have the byte order of the machine; all that run Node are little-endian.
function numbers(dtype, bytes, offset, count) {
  if (dtype === "bool") return new Uint8Array(bytes, offset, count);
  if (dtype === "float32") return new Float32Array(bytes, offset, count);
  if (dtype === "float64") return new Float64Array(bytes, offset, count);
  require(dtype === "upper_half_of_float32", `this reader has no ${dtype}`);
  const halves = new Uint16Array(bytes, offset, count);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function require(right, message) {
  if (!right) throw new Error(message);
}
