// Tells where a JSON value does not fit fixtures/schema.json; knows what is used there.

import { readFileSync } from "node:fs";

const SCHEMA = JSON.parse(readFileSync(new URL("../../fixtures/schema.json", import.meta.url)));
const patterns = new Map();

/** Return what is wrong with a file of that format, or undefined. */
export function faultOf(value, format) {
  const form = SCHEMA.oneOf.map(resolved).find((one) => one.properties.format.const === format);
  return fault(value, form);
}

/** Return the first fault in a value, with its place in front, or undefined. */
function fault(value, schema) {
  for (const [keyword, rule] of Object.entries(schema)) {
    if (!Object.hasOwn(KEYWORDS, keyword)) throw new Error(`schema.json: no ${keyword} is known`);
    const found = KEYWORDS[keyword](value, rule, schema);
    if (found !== undefined) return found;
  }
  return undefined;
}

const resolved = ({ $ref }) => SCHEMA.$defs[$ref.slice("#/$defs/".length)];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: Number.isFinite,
  integer: Number.isSafeInteger,
  null: (value) => value === null,
};

/** Make a keyword of a test, and of what is said where it fails. */
const test = (passes, words) => (value, rule) =>
  passes(value, rule) ? undefined : `: ${words} ${JSON.stringify(rule)}`;

function matches(value, pattern) {
  if (!patterns.has(pattern)) patterns.set(pattern, new RegExp(pattern, "u"));
  return typeof value !== "string" || patterns.get(pattern).test(value);
}

/** Return the first fault of the items; `schemaOf` gives the schema of each, or undefined. */
function faultInside(items, schemaOf) {
  for (const [name, item] of items) {
    const schema = schemaOf(name);
    if (schema === undefined) continue;
    const found = schema === false ? ": it is unknown" : fault(item, schema);
    if (found !== undefined) return `.${name}${found}`;
  }
  return undefined;
}

const entries = (value) => (isObject(value) ? Object.entries(value) : []);
const itemsOf = (value) => (Array.isArray(value) ? [...value.entries()] : []);

const own = (rules, name) => (Object.hasOwn(rules ?? {}, name) ? rules[name] : undefined);

/** Return the names of the fields that a schema speaks of. */
const named = (value, schema) => [
  ...Object.keys(schema.properties ?? {}),
  ...(schema.$ref === undefined ? [] : named(value, resolved(schema))),
  ...fitting(value, schema.oneOf ?? []).flatMap((one) => named(value, one)),
];

const fitting = (value, schemas) => schemas.filter((one) => fault(value, one) === undefined);

const KEYWORDS = {
  $ref: (value, rule, schema) => fault(value, resolved(schema)),
  type: test((value, rule) => [rule].flat().some((type) => TYPES[type](value)), "it must be"),
  const: test((value, rule) => value === rule, "it must be"),
  enum: test((value, rule) => rule.includes(value), "it must be one of"),
  pattern: test(matches, "it must match"),
  minLength: test((value, rule) => value.length >= rule, "it must have a length of"),
  maxItems: test((value, rule) => value.length <= rule, "it must have so many items at most:"),
  maxProperties: test((value, rule) => entries(value).length <= rule, "it must have at most"),
  minItems: test((value, rule) => value.length >= rule, "it must have so many items:"),
  minimum: test((value, rule) => value >= rule, "it must be at least"),
  exclusiveMinimum: test((value, rule) => value > rule, "it must be more than"),
  multipleOf: test((value, rule) => value % rule === 0, "it must be a multiple of"),
  required: test((value, rule) => rule.every((n) => Object.hasOwn(value, n)), "it must have"),
  properties: (value, rule) => faultInside(entries(value), (name) => own(rule, name)),
  additionalProperties: (value, rule, { properties }) =>
    faultInside(entries(value), (name) => (own(properties, name) ? undefined : rule)),
  unevaluatedProperties: (value, rule, schema) => {
    const known = named(value, schema);
    return faultInside(entries(value), (name) => (known.includes(name) ? undefined : rule));
  },
  propertyNames: (value, rule) => {
    const wrong = Object.keys(value).find((name) => fault(name, rule) !== undefined);
    return wrong === undefined ? undefined : `.${wrong}: it has no such name`;
  },
  prefixItems: (value, rule) => faultInside(itemsOf(value), (i) => rule[i]),
  items: (value, rule, { prefixItems }) =>
    faultInside(itemsOf(value), (i) => (i < (prefixItems ?? []).length ? undefined : rule)),
  oneOf: (value, rule) =>
    fitting(value, rule).length === 1 ? undefined : ": it is not one of what it may be",
};
