// Recomputes the vectors in plain JavaScript and compares: node verify.mjs [folder of the vectors]

import { fileURLToPath } from "node:url";
import { shown } from "./files.mjs";
import { VECTORS, readFixture } from "./fixture.mjs";
import { runLayer } from "./layers.mjs";

const DIALECT = "keras2"; // the one that has time_major
const LEFT_OUT = "refusal"; // the one feature that these layers do not have

/** Nest the numbers of an array, row by row. */
function nested({ shape, data }, depth = 0, begin = 0) {
  if (depth === shape.length) return data[begin];
  const size = shape.slice(depth + 1).reduce((product, n) => product * n, 1);
  return Array.from({ length: shape[depth] }, (_, i) =>
    nested({ shape, data }, depth + 1, begin + i * size),
  );
}

const transposed = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));

/** Return the layers of a stack, with arrays in place of their indices. */
const readStack = (group, stack) =>
  group.stacks[stack].map((layer) =>
    layer.map(({ initial_state, ...weights }) => ({
      ...Object.fromEntries(Object.entries(weights).map(([n, i]) => [n, nested(group.array(i))])),
      initial_state: initial_state.map((i) => nested(group.array(i))),
    })),
  );

/** Return the output and final states of the stack, by name, for one call. */
function compute(options, group, entry, given) {
  const turn = options.time_major ? transposed : (rows) => rows;
  const mask = entry.mask === undefined ? undefined : turn(nested(group.array(entry.mask)));
  const layers = readStack(group, entry.stack);
  const found = turn(nested(group.array(entry.x))).map((x, row) => {
    const rows = mask === undefined ? undefined : mask[row];
    return computeRow(options, layers, x, rows, given ? row : undefined);
  });
  const arrays = { output: found.map(({ output }) => output) };
  if (options.return_sequences) arrays.output = turn(arrays.output);
  if (options.return_state) {
    for (const name of Object.keys(found[0].states)) {
      arrays[name] = found.map(({ states }) => states[name]);
    }
  }
  if (mask !== undefined && options.return_sequences) arrays.mask = turn(mask);
  return arrays;
}

function computeRow(options, layers, x, mask, row) {
  const states = {};
  let number = 0;
  for (const layer of layers) {
    const begin = layer.map(({ initial_state }) =>
      initial_state.map((rows) => (row === undefined ? rows[0].map(() => 0) : rows[row])),
    );
    const result = runLayer(options.cell, layer, x, mask, begin, options.go_backwards);
    x = result.outputs;
    for (const after of result.states) {
      number += 1;
      after.forEach((state, k) => (states["hc"[k] + number] = state));
    }
  }
  return { output: options.return_sequences ? x : x.at(-1), states };
}

const shapeOf = (found) => (Array.isArray(found) ? [found.length, ...shapeOf(found[0])] : []);

/** Compare number by number; return the largest error over the tolerance, and what says nothing. */
function compared(name, found, expected, group, plane, unit) {
  const numbers = found.flat(Infinity);
  const count = expected.data.length;
  const [shape, wanted] = [shapeOf(found).join(), expected.shape.join()];
  if (shape !== wanted) throw new Error(`${name}: shape ${shape} instead of ${wanted}`);
  const allowed =
    expected.tolerance === undefined ? undefined : group.array(expected.tolerance).data;
  const widest = widestClaim(expected.data, unit);
  let largest = 0;
  let unjudged = 0;
  numbers.forEach((number, i) => {
    const error = Math.abs(number - expected.data[i]);
    const bound = allowed === undefined ? 0 : allowed[plane * count + i] * unit;
    if (!(error <= bound)) {
      throw new Error(`${name}, number ${i}: ${number} instead of ${expected.data[i]}`);
    }
    if (!(bound <= widest)) unjudged += 1;
    else if (error > 0) largest = Math.max(largest, error / bound);
  });
  return { largest, unjudged, count };
}

/** Return the largest tolerance that claims something (rule T5). */
function widestClaim(data, unit) {
  const sizes = Array.from(data, Math.abs).filter(Number.isFinite);
  return Math.max(0.01, 32 * unit) * (sizes.reduce((a, b) => Math.max(a, b), 0) || 1);
}

/** Compare both calls of a case; return what `compared` tells of all its arrays. */
function check(entry, options, group, manifest) {
  const { layout, arrays } = entry.answers[DIALECT];
  if (layout === undefined) throw new Error("it is refused, and its features do not say so");
  const names = manifest.layouts[layout].arrays;
  const plane = manifest.tolerances.planes.float64;
  const unit = manifest.tolerances.unit_roundoff.float64;
  return ["default", "given"].flatMap((call) => {
    const found = compute(options, group, entry, call === "given");
    const called = Object.entries(found).map(([name, array]) => [`${call}.${name}`, array]);
    const missing = names.filter((name) => name.startsWith(`${call}.`)).length - called.length;
    if (missing !== 0) throw new Error(`${missing} arrays of the call ${call} are missing`);
    return called.map(([name, array]) => {
      const index = names.indexOf(name);
      if (index < 0) throw new Error(`${name} is not expected`);
      return compared(name, array, group.array(arrays[index]), group, plane, unit);
    });
  });
}

function main(folder) {
  const { manifest, groups } = readFixture(folder, VECTORS);
  const names = manifest.options.map(({ name }) => name);
  const claimed = ({ features }) => !manifest.features[features].includes(LEFT_OUT);
  const all = [];
  const failures = [];
  let passed = 0;
  let left = 0;
  for (const group of groups) {
    for (const entry of group.cases) {
      const options = Object.fromEntries(names.map((name, i) => [name, entry.options[i]]));
      try {
        if (!claimed(entry)) {
          if (entry.answers[DIALECT].refusal === undefined) throw new Error("it is not refused");
          left += 1;
          continue;
        }
        const parts = check(entry, options, group, manifest);
        all.push(...parts);
        const unjudged = sum(parts, "unjudged");
        if (unjudged > 0) throw new Error(`nothing is claimed of ${unjudged} numbers`);
        passed += 1;
      } catch (error) {
        failures.push(`${entry.id}: ${error.message}`);
      }
    }
  }
  failures.slice(0, 20).forEach((failure) => console.log(shown(failure)));
  const largest = all.reduce((most, part) => Math.max(most, part.largest), 0).toFixed(3);
  console.log(
    `${passed} passed, ${failures.length} failed, ${left} left out; ` +
      `${sum(all, "unjudged")} of ${sum(all, "count")} numbers not judged; ` +
      `largest error / tolerance: ${largest}`,
  );
  return passed > 0 && failures.length === 0 ? 0 : 1;
}

const sum = (parts, what) => parts.reduce((total, part) => total + part[what], 0);

try {
  const here = fileURLToPath(new URL("../../fixtures/vectors", import.meta.url));
  process.exitCode = main(process.argv[2] ?? here);
} catch (error) {
  console.log(shown(error.message));
  process.exitCode = 2;
}
