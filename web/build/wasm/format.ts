/** The binary format of a WebAssembly module, as far as the build changes it. */

export interface Section {
  id: number;
  content: Uint8Array;
}

/** A reader of what stands one behind the other in the format. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** An unsigned LEB128 number; small signed ones that are not negative read the same. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** As many bytes as the number before them says. */
  block(): Uint8Array {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** A number as LEB128. */
export function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

const HEADER = 8;

export function sectionsOf(module: Uint8Array): Section[] {
  const reader = new Reader(module, HEADER);
  const sections = [];
  while (!reader.done) sections.push({ id: reader.byte(), content: reader.block() });
  return sections;
}

/** `module` with other sections. */
export function withSections(module: Uint8Array, sections: Section[]): Uint8Array {
  return Uint8Array.from([
    ...module.subarray(0, HEADER),
    ...sections.flatMap(({ id, content }) => [id, ...leb(content.length), ...content]),
  ]);
}
