// The API's description: its operations, and the schemas of their bodies.

/**
 * @typedef {object} Operation
 * @property {string} name such as `CreateMeeting`
 * @property {string} method
 * @property {string} path with its parameters in braces
 * @property {string | null} query the value of the query parameter `operation`
 * @property {string} right the right that it needs, in words
 * @property {string} tag the group that it belongs to
 * @property {string} summary
 * @property {object[]} parameters those of path, query and headers, but for `operation`
 * @property {{ schema: object, isRequired: boolean, example: unknown } | null} body
 */

/** @type {WeakMap<object, Operation[]>} */
const known = new WeakMap();

/**
 * Every operation, in the order of the description. Two of them may share a path and a method; `operation` in the query
 * tells them apart.
 * @param {any} openapi
 * @returns {Operation[]}
 */
export function operationsOf(openapi) {
  if (!openapi) return [];
  const operations = known.get(openapi) ?? readOperations(openapi);
  known.set(openapi, operations);
  return operations;
}

/**
 * @param {any} openapi
 * @param {string} name
 */
export function operationNamed(openapi, name) {
  return operationsOf(openapi).find((operation) => operation.name === name);
}

/**
 * The schema itself, where it is a reference to one. A description beside the reference is the nearer one, so it wins.
 * @param {any} openapi
 * @param {any} schema
 */
export function resolve(openapi, schema) {
  let found = schema;
  while (found?.$ref) {
    const { $ref, ...beside } = found;
    const path = $ref.replace(/^#\//, "").split("/");
    const target = path.reduce((value, key) => value?.[key], openapi);
    found = { ...target, ...beside };
  }
  return found ?? {};
}

/** The groups of operations, in the order of the description. */
export function tagsOf(openapi) {
  return [...new Set(operationsOf(openapi).map((operation) => operation.tag))];
}

const METHODS = ["get", "put", "post", "delete", "patch"];

function readOperations(openapi) {
  const operations = [];
  for (const [path, item] of Object.entries(openapi.paths ?? {})) {
    for (const method of METHODS.filter((method) => item[method])) {
      operations.push(...readEntry(openapi, path, method, item[method]));
    }
  }
  return operations;
}

/** An entry describes one operation, or several, whose schemas stand in `oneOf` in the same order. */
function readEntry(openapi, path, method, entry) {
  const variants = entry["x-operations"] ?? [{ name: entry.operationId, right: entry["x-right"] ?? "" }];
  const parameters = (entry.parameters ?? []).map((parameter) => resolve(openapi, parameter));
  const content = entry.requestBody?.content?.["application/json"];
  return variants.map((variant, index) => ({
    name: variant.name,
    method: method.toUpperCase(),
    path,
    query: variant.query ?? null,
    right: variant.right ?? "",
    tag: entry.tags?.[0] ?? "Others",
    summary: variants.length === 1 ? entry.summary : (aboutOf(entry.description, variant.name) ?? entry.summary),
    parameters: parameters.filter(({ name }) => name !== "operation"),
    body: content ? readBody(openapi, content, index) : null,
  }));
}

/** What the description of a shared entry says of one operation: the sentence that begins with its name in bold. */
function aboutOf(description, name) {
  const paragraph = description?.split("\n\n").find((text) => text.startsWith(`**${name}**`));
  const match = /^\*\*\w+\*\* \([^)]*\)\s+([^.]+)\./.exec(paragraph?.replaceAll("\n", " ") ?? "");
  // "Also" goes on from the sentence about the other operation.
  if (!match || match[1].startsWith("also")) return null;
  return match[1][0].toUpperCase() + match[1].slice(1);
}

function readBody(openapi, content, index) {
  const schema = resolve(openapi, content.schema.oneOf?.[index] ?? content.schema);
  const isRequired = (schema.required ?? []).length > 0;
  return { schema, isRequired, example: exampleOf(content.examples, schema) };
}

/** The first example whose members the schema has, all that it requires among them. */
function exampleOf(examples, schema) {
  const values = Object.values(examples ?? {}).map((example) => example.value);
  return values.find((value) => {
    const names = Object.keys(value);
    const isKnown = names.every((name) => name in (schema.properties ?? {}));
    return isKnown && (schema.required ?? []).every((name) => names.includes(name));
  });
}
