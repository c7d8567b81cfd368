/**
 * Decodes `moby.buildkit.trace`: the StatusResponse of BuildKit's control.proto (moby/buildkit,
 * api/services/control/control.proto) in protobuf's wire format. Only the fields a log needs are read, the rest is
 * skipped, so newer engines may add theirs. dockerode's own decoder leaves the log bytes in base64 and needs protobufjs.
 */
export interface Trace {
  readonly vertexes: TraceVertex[];
  readonly statuses: TraceStatus[];
  readonly logs: TraceLog[];
  readonly warnings: TraceWarning[];
}

/** A step of the build; told again at each of its turns. Times in milliseconds since 1970. */
export interface TraceVertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started?: number;
  readonly completed?: number;
  readonly error: string;
}

/** Progress within a step, such as a layer being pulled. Amounts in bytes. */
export interface TraceStatus {
  readonly id: string;
  readonly vertex: string;
  readonly current: number;
  readonly completed?: number;
}

export interface TraceLog {
  readonly vertex: string;
  /** 1 stdout, 2 stderr. */
  readonly stream: number;
  readonly message: Buffer;
}

export interface TraceWarning {
  readonly vertex: string;
  readonly short: string;
}

type Fields = Map<number, (number | Buffer)[]>;

/** @throws RangeError when the bytes are cut off or are no protobuf. */
export function decodeTrace(bytes: Buffer): Trace {
  const response = readFields(bytes);
  return {
    vertexes: messages(response, 1).map((vertex) => ({
      digest: text(vertex, 1),
      name: text(vertex, 3),
      cached: integer(vertex, 4) === 1,
      started: timestamp(vertex, 5),
      completed: timestamp(vertex, 6),
      error: text(vertex, 7),
    })),
    statuses: messages(response, 2).map((status) => ({
      id: text(status, 1),
      vertex: text(status, 2),
      current: integer(status, 4),
      completed: timestamp(status, 8),
    })),
    logs: messages(response, 3).map((log) => ({
      vertex: text(log, 1),
      stream: integer(log, 3),
      message: block(log, 4),
    })),
    warnings: messages(response, 4).map((warning) => ({ vertex: text(warning, 1), short: text(warning, 3) })),
  };
}

function readFields(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;

  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * shift; // Multiplied, not shifted: bit operations end at 32 bits.
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    if (at > bytes.length) throw new RangeError('the trace is cut off');
    return bytes.subarray(at - length, at);
  };
  const value = (wireType: number): number | Buffer => {
    if (wireType === 0) return varint();
    if (wireType === 1) return take(8);
    if (wireType === 2) return take(varint());
    if (wireType === 5) return take(4);
    throw new RangeError(`unknown wire type ${wireType}`);
  };

  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const values = fields.get(field) ?? [];
    values.push(value(tag % 8));
    fields.set(field, values);
  }
  return fields;
}

const EMPTY = Buffer.alloc(0);

/** As protobuf asks, the last value wins where a field comes twice, and an absent one has its type's empty value. */
const block = (fields: Fields, field: number): Buffer => {
  const value = fields.get(field)?.at(-1);
  return Buffer.isBuffer(value) ? value : EMPTY;
};
const text = (fields: Fields, field: number): string => block(fields, field).toString('utf8');
const integer = (fields: Fields, field: number): number => {
  const value = fields.get(field)?.at(-1);
  return typeof value === 'number' ? value : 0;
};
const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value)).map(readFields);

function timestamp(fields: Fields, field: number): number | undefined {
  if (!fields.has(field)) return undefined;
  const moment = readFields(block(fields, field));
  return integer(moment, 1) * 1000 + integer(moment, 2) / 1e6;
}
