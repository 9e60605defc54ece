/** Gathers the fields of one message; what is zero or empty is left out, as proto3 has it. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  text(field: number, text: string): this {
    if (text !== '') this.message(field, new TextEncoder().encode(text));
    return this;
  }

  message(field: number, content: Uint8Array): this {
    this.#parts.push(varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content);
    return this;
  }

  varint(field: number, value: bigint): this {
    if (value !== 0n) this.#parts.push(varint(BigInt(field << 3)), varint(BigInt.asUintN(64, value)));
    return this;
  }

  /** Negative zero is not the default and is sent. */
  fixed64(field: number, value: DataView): this {
    if (value.getBigUint64(0) === 0n) return this;
    this.#parts.push(varint(BigInt((field << 3) | 1)), new Uint8Array(value.buffer));
    return this;
  }

  /** Appends bytes as they are. */
  bytes(...parts: Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

export function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  bytes.push(Number(value));
  return Uint8Array.from(bytes);
}
