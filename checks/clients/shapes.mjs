// Compares an answer with the schema that the SDK has for it.
import * as sdk from "@aws-sdk/client-chime-sdk-meetings";
import { NormalizedSchema } from "@smithy/core/schema";

const SCHEMAS = new Map(Object.entries(sdk));
// The SDK's schemas know no enumerations; these are its constants for the members that have one.
const ENUMERATIONS = {
  "Capabilities.Audio": sdk.MediaCapabilities,
  "Capabilities.Video": sdk.MediaCapabilities,
  "Capabilities.Content": sdk.MediaCapabilities,
  "Audio.EchoReduction": sdk.MeetingFeatureStatus,
  "Video.MaxResolution": sdk.VideoResolution,
  "Content.MaxResolution": sdk.ContentResolution,
};

/**
 * The places of an answer that the SDK does not have as they are. Every member of the schema has to be there, but for those
 * whose paths are in `missing`, which may not.
 */
export function differences(operation, answer, missing = []) {
  const output = SCHEMAS.get(`${operation}$`)[5];
  const schema = NormalizedSchema.of(typeof output === "function" ? output() : output);
  if (schema.isUnitSchema()) return Object.keys(answer);
  return [...walk(schema, answer, operation, new Set(missing.map((path) => `${operation}.${path}`)))];
}

function* walk(schema, value, path, missing) {
  if (schema.isStructSchema()) {
    const members = new Map(schema.structIterator());
    for (const name of Object.keys(value)) if (!members.has(name)) yield `${path}.${name} is unknown`;
    for (const [name, member] of members) {
      const where = `${path}.${name}`;
      const isThere = value[name] !== undefined;
      if (isThere === missing.has(where)) yield `${where} is ${isThere ? "there" : "missing"}`;
      else if (isThere) yield* walk(member, value[name], where, missing);
    }
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) yield `${path} is no list`;
    else for (const item of value) yield* walk(schema.getValueSchema(), item, `${path}[]`, missing);
  } else {
    const type = schema.isNumericSchema() ? "number" : schema.isBooleanSchema() ? "boolean" : "string";
    const enumeration = ENUMERATIONS[path.split(".").slice(-2).join(".")];
    if (typeof value !== type) yield `${path} is no ${type}: ${value}`;
    else if (enumeration && !Object.values(enumeration).includes(value))
      yield `${path} is none of its values: ${value}`;
    else if (value === "") yield `${path} is empty`;
  }
}
